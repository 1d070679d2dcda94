/** What the JSON says, or undefined for bytes or text that are none (or no UTF-8): the schema that comes next refuses it. */
export function jsonOf(content: Uint8Array | string): unknown {
  try {
    const text = typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content);
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
