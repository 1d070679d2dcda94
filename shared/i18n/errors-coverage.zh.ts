import type { ErrorText } from './error-text.ts';

/** 看服务器上有什么时的错误说法。 */
export const coverageErrorsZh = {
  'coverage.no-look': {
    message: '没能看到“{{source}}”的服务器上有什么（{{reason}}）。备份不受影响，清单上还是上一次看到的。',
    remedy: '先测试一下这家店的连接，通了再看一次。',
  },
  'coverage.thing-unknown': {
    message: '清单上没有“{{thing}}”，什么都没有改动。',
    remedy: '运行 shouhu coverage SOURCE 看看现在的清单，照着上面的编号再说一次。',
  },
  'coverage.cannot-keep': {
    message: '“{{thing}}”不能这样加进备份，什么都没有改动。',
    remedy: '清单上写着它为什么不在备份里；表和视图跟着它的数据库走，读不到的要先给账号权限。',
  },
} satisfies Partial<Record<string, ErrorText>>;
