/** Loaded before the program (`--import`): a computer whose clock stands so many milliseconds ahead. Files keep the real time. */
const realNow = Date.now;
const aheadMs = Number(process.env.SHOUHU_TEST_CLOCK_AHEAD_MS ?? 0);
Date.now = () => realNow() + aheadMs;
