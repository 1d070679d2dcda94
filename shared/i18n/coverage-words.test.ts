import { describe, expect, it } from 'vitest';
import { coverageNamesText } from './coverage-words.ts';

describe('coverageNamesText', () => {
  it('says what ids are, and leaves names as they are', () => {
    const names = 'accounts:users, redis:system-settings, /www/wwwroot, shop2';
    expect(coverageNamesText(names, 'zh')).toBe(
      '数据库的用户和权限、Redis 里的网站设置 system-settings、/www/wwwroot、shop2',
    );
    expect(coverageNamesText(names, 'en')).toBe(
      'the database’s users and their rights, settings of the site in Redis, system-settings, /www/wwwroot, shop2',
    );
  });
});
