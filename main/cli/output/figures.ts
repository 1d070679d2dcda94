import prettyBytes from 'pretty-bytes';
import type { Words } from '../language.ts';

/** Numbers and times as a person reads them. JSON output never passes here. */
export function sizeText(bytes: number): string {
  return prettyBytes(bytes);
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

export function durationText(durationMs: number, words: Words): string {
  if (durationMs < 60_000) return words.say('figure.seconds', { seconds: (durationMs / 1000).toFixed(1) });
  const seconds = Math.round(durationMs / 1000);
  return words.say('figure.minutes', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** `2026-11-22 22:00:03` on this computer's clock. */
export function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE');
}

/** Enough of an id to type. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

export function factsText(facts: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${shortened(String(value))}`)
    .join('  ');
}

/** A list of ids would make a table as wide as a street; JSON has all of it. */
const mostOfFact = 120;

function shortened(text: string): string {
  return text.length > mostOfFact ? `${text.slice(0, mostOfFact)}…` : text;
}
