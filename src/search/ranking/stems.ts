import { stemmer } from 'stemmer';

/** Words whose stems are remembered: more than English has in use, less than a hostile text can make. */
export const MEMORY = 50_000;
/** Longer words are not remembered: they are nobody's, and would fill the memory with as many letters as one cares to send. */
export const MEMORABLE = 40;

/**
 * Words that Porter's rules leave apart from their like, or throw together with others: irregular plurals, and what only begins the
 * same. A line is a word and others that have its stem; one that is named again after itself is a stem of its own.
 */
const EXCEPTIONS = `
child: children
person: persons people
man: men
woman: women
foot: feet
tooth: teeth
mouse: mice
goose: geese
leaf: leaves
life: lives
half: halves
index: indices indexes indexing indexed
matrix: matrices
vertex: vertices
axis: axes
appendix: appendices
criterion: criteria
medium: media
analysis: analyses analyze analyzes analyzed analyzing analyzer analyse analysed analysing
status: statuses
news: news
paste: paste pastes pasted pasting
important: important importance
general: general generally
animal: animal animals
university: university universities
community: community communities
organ: organ organs
send: sent
buy: bought
find: found
pay: paid
sell: sold
build: built
run: ran
write: wrote written
choose: chose chosen
take: took taken
hide: hidden
break: broke broken
speak: spoke spoken
make: made
begin: began begun
`;

/** A stemmer of words in lower case (Porter 1980) that remembers, up to a bound. */
export function createStems(): (word: string) => string {
  const exceptions = readExceptions();
  const stems = new Map<string, string>();
  return function stem(word) {
    const known = stems.get(word);
    if (known !== undefined) return known;
    const made = exceptions.get(word) ?? stemmer(word);
    if (word.length > MEMORABLE) return made;
    if (stems.size >= MEMORY) stems.clear();
    stems.set(word, made);
    return made;
  };
}

function readExceptions(): Map<string, string> {
  const stems = new Map<string, string>();
  for (const line of EXCEPTIONS.trim().split('\n')) {
    const [word = '', others = ''] = line.split(': ');
    const like = others.split(' ');
    for (const other of like) stems.set(other, like.includes(word) ? word : stemmer(word));
  }
  return stems;
}
