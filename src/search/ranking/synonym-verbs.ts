/**
 * Verbs of which people use one where a tool's author wrote another: groups of single words, separated by commas. From general knowledge
 * of the field (documentation of APIs, command lines, office and web products, everyday English), never from a set of questions.
 */
export const VERB_GROUPS = `
create add new make, create generate produce compose, create insert, create register, create provision setup, build compile,
delete remove erase, delete destroy drop, delete purge clear wipe, remove uninstall, remove detach unlink disconnect, cancel
abort, cancel revoke, update edit modify change, update patch, update upgrade, modify alter, set configure assign, replace
substitute swap, rename retitle, move relocate transfer, copy duplicate clone, get fetch retrieve obtain, show display view,
show list, get read, read view, list enumerate browse, search find, search query lookup, find locate discover, discover
explore, check verify validate, check inspect examine, verify authenticate, test evaluate assess, send deliver, send post,
send email, post publish, publish release, share publish, write save store, save persist, upload import, import load ingest,
download export, start launch run, run execute invoke, start begin initiate, stop halt terminate, stop end, kill terminate,
restart reboot reload, pause suspend, resume continue unpause, schedule plan, book reserve, buy purchase order, pay charge,
sell trade, enable activate, disable deactivate, allow grant permit, deny reject refuse, approve accept confirm, assign
allocate, attach append, join connect, connect link, combine merge join concatenate, split divide separate, compare diff,
convert transform, convert translate, convert change, encode encrypt, decode decrypt, compress zip, extract unzip, extract
parse, calculate compute, calculate determine, estimate predict forecast, count number, analyze analyse examine, analyze
evaluate, summarize summarise summary, explain describe, describe detail, recommend suggest, recommend advise, translate
interpret, draw plot, draw sketch paint, monitor watch, watch follow, track follow, track trace, subscribe follow, notify
alert, remind reminder, invite invitation, comment reply, answer reply respond, rate review, sort order rank, filter select,
choose select pick, scan detect, detect identify recognize, identify recognise, crawl scrape, visit open navigate, navigate
browse, click press, type fill enter, refresh reload, reset restore, restore recover, rollback revert undo, revert undo,
backup snapshot, archive store, sync synchronize synchronise, commit save, deploy release, deploy install, scale resize, mark
flag, lock block, unlock unblock, log record, play listen, train teach, learn study, improve optimize enhance, fix repair,
solve resolve, debug troubleshoot diagnose, evict drain
`;
