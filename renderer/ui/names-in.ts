/** Names as people separate them, with either comma. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/[,，、;；\s]+/).filter((name) => name !== ''))];
}
