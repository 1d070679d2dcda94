/** Settings that a site keeps in Redis: read them, put them back. */
export { withRedis, type RedisTarget } from './connect-redis.ts';
export { readSettings, type ReadSettings } from './read-settings.ts';
export { writeSettings } from './write-settings.ts';
