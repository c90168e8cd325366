/**
 * Every number of the ranking. Chosen on seven public sets of tools with labelled queries together (LiveMCPBench, MetaTool,
 * mcpproxy, BFCL, StableToolBench, RestBench TMDB, Kubernetes), as round numbers on a plateau: half or double of one of them moves
 * the mean of the sets by less than the sampling error of any of them. None was chosen for a query, a set or a product.
 */
export const RANKING = {
  /** BM25's saturation: how soon a word's repetition counts no more (Robertson & Zaragoza 2009, section 3.5). */
  k1: 1.2,
  /**
   * So many documents of usual fields are added to those that there are, where lengths are compared: one who fills a field that nobody
   * else has would be the measure of it.
   */
  usualDocuments: 20,
  /**
   * How often a word counts in a field at most, while the field's length counts whole: who writes words again and again, so as to be
   * found, is found less.
   */
  repetitions: 2,
  /** Weight of a synonym against the word that was asked for. */
  synonymWeight: 0.2,
  /** What the likeness of letters counts against the likeness of words, each as a share of the best. */
  gramWeight: 0.5,
  /** What two words side by side count that stand side by side in a text too ("pull request"), against a word. */
  phraseWeight: 0.3,
  /** What the sentence of a long question counts that fits best, against the whole; who writes so many words says several things. */
  sentenceWeight: 0.5,
  longQuestion: 20,
  /** How much a tool gains whose action is asked for, and what is left to one with another action. */
  actionGain: 0.15,
  actionLoss: 0.94,
  /** Verbs after the first count half; `read` asked of many things asks for a list. */
  laterVerb: 0.5,
  listForRead: 0.9,
  /**
   * What an entry gains whose hint says what the question says, word for word, against the best there is; and one whose name does.
   */
  hintGain: 1.5,
  nameGain: 0.4,
  /** What is left of what changes things, and of what deletes them, where a question is one thing's name alone. */
  unaskedChange: 0.92,
  unaskedDeletion: 0.85,
  verbWords: 60,
  pluralWords: 12,
};

/**
 * Fields of a document, and what a word in one counts. `length`: how much a long field counts less (BM25F's b). `usual`: how many words
 * it has in most catalogs, roughly.
 */
export const FIELDS = {
  name: { weight: 3, length: 0.3, usual: 3 },
  resource: { weight: 1.5, length: 0.2, usual: 3 },
  description: { weight: 1, length: 0.6, usual: 15 },
  source: { weight: 1, length: 0.3, usual: 3 },
  parameterNames: { weight: 0.8, length: 0.5, usual: 5 },
  parameterTexts: { weight: 0.5, length: 0.5, usual: 25 },
  path: { weight: 0.3, length: 0.3, usual: 6 },
  hints: { weight: 3, length: 0.3, usual: 10 },
  phrases: { weight: 1, length: 0.3, usual: 20 },
};

/** What is left of the score of a tool that is seldom meant. */
export const PRIORS = {
  deprecated: 0.75,
  alpha: 0.75,
  beta: 0.85,
  watch: 0.7,
  status: 0.85,
  collectionDeletion: 0.85,
};

/** When an entry is said to fit a question: by what of it its words cover. */
export const COVERAGE = {
  /** Weights against a word that is no verb: of verbs that only read, which say little; of others; of a pair of unspaced characters. */
  reading: 0.5,
  verb: 1.5,
  pair: 0.5,
  /** What another name of a thing proves against its own. */
  synonym: 0.8,
  /** What a word proves by where it stands. */
  fields: {
    name: 1,
    resource: 1,
    description: 0.8,
    source: 0.8,
    parameterNames: 0.5,
    parameterTexts: 0.4,
    path: 0.8,
    hints: 1,
    phrases: 0,
  },
  /** From this weight on a question is long: needed is its root then, and half of it before. */
  long: 4,
  /** Words of a question that are looked at. */
  queryTerms: 60,
};

/** Bounds, in characters and numbers: nobody's text may cost more than this. */
export const BOUNDS = {
  queryCharacters: 4_000,
  queryTerms: 300,
  sentences: 8,
  textCharacters: 4_000,
  hints: 100,
  gramCharacters: 160,
  /** A run of letters in more documents than these costs more than it tells. */
  gramDocuments: 1_500,
};
