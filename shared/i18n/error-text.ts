/**
 * What the catalog of sentences holds for one error. `message`: what happened and what it means for the data. `remedy`:
 * what to do next. `{{name}}` stands for a fact that every thrower of the code gives.
 */
export interface ErrorText {
  readonly message: string;
  readonly remedy: string;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/**
 * Fills `{{name}}` from the facts; a fact that is not there (an old record, a code without its facts) becomes an ellipsis. A moment is shown on this
 * computer's clock, as everywhere on the screen.
 */
export function fillSentence(sentence: string, facts: Readonly<Record<string, string | number | boolean>>): string {
  return sentence.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => shown(facts[name] ?? '…'));
}

function shown(fact: string | number | boolean): string {
  return typeof fact === 'string' && instant.test(fact) ? new Date(fact).toLocaleString('sv-SE') : String(fact);
}

/** The names a sentence asks for, each once. */
export function placeholdersOf(sentence: string): string[] {
  return [...new Set([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? ''))].sort();
}
