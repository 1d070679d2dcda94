import { createScriptedClient } from '../scripted-client.ts';
import type { ScriptedClient } from '../scripted-client.ts';
import { scenes } from './world.ts';

/** `?scene=shop&lang=en&pace=80`: which made-up world a browser shows, and how slowly it moves. */
export function scriptedClientOf(search: string): ScriptedClient {
  const wanted = new URLSearchParams(search);
  return createScriptedClient({
    scene: scenes.find((scene) => scene === wanted.get('scene')) ?? 'empty',
    language: wanted.get('lang') === 'en' ? 'en' : 'zh',
    paceMs: Number(wanted.get('pace') ?? 80),
  });
}
