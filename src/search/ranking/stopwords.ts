/**
 * Words that say nothing of what a tool does: articles, pronouns, auxiliaries, prepositions, question words, words of asking, and
 * what is left of contractions. English, as the texts of tools mostly are; other languages lose nothing by it.
 */
export const STOPWORDS: ReadonlySet<string> = new Set(
  (
    'a an the this that these those some any each every both either such ' +
    'i me my mine myself we us our ours you your yours yourself he him his she her hers it its they them their theirs one ones ' +
    'am is are was were be been being do does did doing done have has had having can could may might must shall should will would ' +
    'of in on at to from by for with without within into onto about as than over under via per between ' +
    'and or but if so then because while when where which who whom whose what why how there here ' +
    'not no nor please want wants wanted need needs needed like likes help helps helping tell let lets use uses using used ' +
    'just only also too very really etc eg ie again some something anything ' +
    's t d ll m re ve don doesn didn isn aren wasn won couldn wouldn shouldn can t'
  ).split(' '),
);
