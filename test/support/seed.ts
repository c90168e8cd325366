import fc from 'fast-check';

/*
 * Property tests draw the same values in every run, so that a run says something about the code and not about luck.
 * `FUZZ=1 npm test` draws others; a failure then prints the seed that repeats it.
 */
if (process.env['FUZZ'] === undefined) fc.configureGlobal({ seed: 20_261_121 });
