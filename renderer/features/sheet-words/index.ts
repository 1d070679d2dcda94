export { WordsField } from './WordsField.tsx';
export { wordsIn, wrongWords } from './words.ts';
