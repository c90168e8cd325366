/**
 * Nouns of which people use one where a tool's author wrote another: groups of single words, separated by commas. From general knowledge
 * of the field (documentation of APIs, command lines, office and web products, everyday English), never from a set of questions.
 */
export const NOUN_GROUPS = `
picture image photo, image photograph, image screenshot, screenshot capture, figure chart graph, chart plot diagram, diagram
flowchart, drawing illustration, logo icon, video clip, video movie, movie film, show series tv, television tv, episode
season, music song track, song lyrics, album record, artist musician singer, actor cast, crew cast credits, director
filmmaker, audio sound, voice speech, podcast episode, playlist mix, photo selfie, repository repo project, branch ref, commit
revision, revision version, version release, pull merge, pr pull, issue ticket, ticket bug, issue problem, bug defect error,
error failure exception, error fault, fork clone, diff difference, file document, document doc, document paper, paper article,
article publication, article post, blog post, news article headline, headline news, folder directory, directory path, path
route, attachment file, spreadsheet excel sheet, sheet worksheet, slide presentation, presentation powerpoint, pdf document,
cell range, row record, row entry, record entry, item entry, table dataset, database db, database schema, column field, field
attribute property, parameter argument, key property, data information, information info, info details, details metadata, data
dataset, statistics stats, statistics metrics, metric measurement, report summary, history log, log event, event appointment,
event meeting, meeting appointment, meeting conference, calendar schedule, schedule timetable, date day, time clock, hour
minute, today current, latest recent newest, recent last, current present, forecast weather, weather climate, temperature
weather, upcoming future, timezone time, email mail, mail message, message chat, chat conversation, conversation thread,
message text, sms text, channel room, notification alert, inbox mail, contact person, user account, user member, member
participant, user person, person people, people individual, profile account, customer client, client user, employee staff,
employee worker, team group, organization organisation company, organization org, company business, business firm, company
corporation, owner author, author writer, author creator, role permission, permission access, access right, permission
privilege, password credential, credential secret, secret token, token key, certificate cert, session login, login signin,
login authentication, authentication auth, authorization permission, policy rule, rule condition, tag label, label annotation,
category type, type kind, category genre, category topic, topic subject, keyword term, word term, term definition, definition
meaning, definition dictionary, synonym thesaurus, title name, name identifier, identifier id, description summary, text
content, sentence phrase, language locale, grammar spelling, address location, location place, place venue, place spot,
location position, position coordinates, coordinates latitude longitude, coordinates geolocation gps, map location, region
area, area zone, city town, country nation, state province, street road, postcode zipcode zip, route directions, direction
navigation, distance length, nearby near, nearby around, local nearby, trip travel, travel tourism, trip journey, tour trip,
vacation holiday, hotel accommodation, accommodation lodging, flight airline, flight plane aircraft, airport flight, train
railway, car vehicle, car automobile, bus transit, restaurant dining, restaurant food, food meal, meal recipe, recipe cooking,
recipe dish, ingredient food, drink beverage, cocktail drink, nutrition calorie, calorie diet, weight mass, height size, size
dimension, product item, product goods, store shop, shop marketplace, cart basket, order purchase, price cost, cost expense,
fee charge, price quote, price rate, discount coupon, coupon promo, deal offer, payment transaction, invoice bill, receipt
invoice, refund reimbursement, subscription plan, currency money, money cash, currency exchange, crypto cryptocurrency,
cryptocurrency bitcoin, coin token, stock share, stock equity, ticker symbol, market exchange, portfolio investment,
investment fund, bank account, balance amount, loan credit, mortgage loan, interest rate, tax vat, salary wage, salary income,
income revenue, profit earnings, job position, job career, job vacancy, job employment, resume cv, candidate applicant, skill
ability, school education, education course, course class, course lesson, lesson tutorial, student pupil, teacher instructor,
exam test, quiz trivia, question query, university college, book novel, book library, quote quotation, quote saying, joke
humor, joke funny, story tale, poem poetry, game play, game sport, match game, match fixture, team club, player athlete, score
result, league tournament, league competition, standing ranking, football soccer, race racing, health medical, doctor
physician, medicine drug, medication drug, disease illness, symptom condition, hospital clinic, exercise workout, workout
fitness, patient person, child kid, pet animal, dog puppy, cat kitten, plant flower, website site, site page, page webpage,
web internet, internet online, url link, link hyperlink, domain hostname, dns domain, host server, server machine, machine
instance, instance vm, computer machine, device hardware, phone mobile, phone telephone, number digit, application app, app
software, program software, program script, script code, code program, function method, library package, package module,
plugin extension, api endpoint, service api, container docker, pod container, pod workload, deployment workload, deployment
rollout, replica copy, scale replicas, job task, task todo, todo checklist, task assignment, workflow pipeline, pipeline
build, cluster kubernetes, k8s kubernetes, node machine, namespace project, volume disk, volume storage, disk storage, storage
space, memory ram, memory remember, cpu processor, network connection, port socket, ingress route, firewall rule, load
traffic, health status, status state, state condition, usage consumption, limit quota, quota allowance, setting configuration,
setting preference, configuration config, option setting, environment env, variable parameter, secret credentials, queue job,
topic channel, function lambda, bucket storage, template blueprint, template layout, theme style, color colour, color palette,
font typeface, design layout, sample example, random arbitrary, list collection, collection group, set collection, review
feedback, rating score, feedback opinion, survey poll, survey form, vote poll, comment remark, comment note, note memo, note
annotation, rating stars, popular trending, trending top, top best, best recommended, similar related, related relevant,
similar alike, difference distinction, total sum, sum addition, average mean, maximum max, minimum min, percentage percent,
ratio proportion, formula equation, equation expression, area surface, volume capacity, angle degree, speed velocity, pressure
force, energy power, probability chance, likelihood probability, random chance, triangle shape, circle round, matrix array,
array list, graph network, graph node, vertex node, edge relation, relation relationship, entity object, object thing,
resource object, astrology horoscope, horoscope zodiac, zodiac sign, gift present, birthday date, name surname, family
relative, friend contact, dating relationship, love relationship, religion bible, law legal, lawyer attorney, contract
agreement, government public, crime police, property estate, house home, apartment house, rent lease, estate housing,
advertisement ad, ad campaign, campaign marketing, lead prospect, deal opportunity, seo search, analytics statistics, traffic
visits, visitor user, followers subscribers, tweet twitter, video youtube, ai intelligence, model ai, chatbot assistant,
prompt instruction, agent assistant, embedding vector, vector similarity, summary abstract, summary digest, idea inspiration,
goal objective, plan strategy, strategy tactic, advice tip, advice guidance, guide tutorial, guide manual, instructions steps,
fact trivia, research study, research paper, study paper, citation reference, reference citation, science scientific, space
nasa, earth planet, earthquake seismic, air pollution, environment nature
`;
