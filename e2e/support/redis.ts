/** A Redis of the story's own: the shop's program keeps settings in it. */
export { redisMissing, startPrivateRedis } from '../../main/engine/source/redis/testing/private-redis.ts';
