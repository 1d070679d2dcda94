import type { ErrorText } from './error-text.ts';

/** 网站放在 Redis 里的设置：错误说法。 */
export const redisErrorsZh = {
  'settings.none': {
    message: '「{{source}}」的快照 {{snapshot}} 里没有 Redis 里的设置，所以没有东西可以放回去。什么也没有改。',
    remedy: '先用 shouhu settings set 告诉守护 Redis 在哪里，下一次备份就会带上；也可以换一个更早的快照试试。',
  },
  'redis.unreachable': {
    message:
      '连不上网站的 Redis（{{host}}:{{port}}，{{reason}}），放在里面的网站设置这次没有备份到。数据库的备份不受影响。',
    remedy:
      '在服务器上看看 Redis 开着没有（宝塔面板 → 软件商店 → Redis），地址和端口对不对；网站已经不用 Redis 的话，用 shouhu settings set 的 --off 关掉。',
  },
  'redis.refused': {
    message:
      'Redis（{{host}}:{{port}}）不让读（{{reason}}）：要密码，或者密码不对。放在里面的网站设置这次没有备份到，数据库的备份不受影响。',
    remedy: '密码写在网站的 .env 里（REDIS_PASSWORD）；用 shouhu settings set 的 --redis-password-env 告诉守护。',
  },
  'redis.too-much': {
    message:
      '“{{item}}”要在 Redis 里看的太多了（{{keys}} 个键）：这不像是设置，所以没有读，免得拖慢网站。数据库的备份不受影响。',
    remedy: '把键的名字写得更准一些，例如 *system-setting；整个缓存不需要备份。',
  },
  'redis.env-unreadable': {
    message: '读不到服务器上的 {{path}}（{{reason}}），所以不知道 Redis 在哪里。什么也没有改，备份和以前一样。',
    remedy: '看看路径对不对、登录用的账号能不能读它；也可以用 --redis 和 --redis-password-env 直接写明。',
  },
  'redis.env-without': {
    message: '{{path}} 里没有写 Redis 的地址和密码。什么也没有改，备份和以前一样。',
    remedy: '看看是不是这家店的 .env；也可以用 --redis 和 --redis-password-env 直接写明。',
  },
} as const satisfies Record<string, ErrorText>;
