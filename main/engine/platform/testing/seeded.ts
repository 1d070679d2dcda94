import fc from 'fast-check';

/**
 * fast-check with the same values in every run, so that a test says the same of the same code. `SHOUHU_SEED=<number>` tries others;
 * whoever finds a failure with one writes the case down as a test of its own.
 */
export const seed = Number(process.env['SHOUHU_SEED'] ?? 20_260_801);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export { fc };
