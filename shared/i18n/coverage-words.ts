import type { CoverageKind, CoveredThing, UncoveredReason } from '../model/coverage.ts';
import { fillSentence } from './error-text.ts';

type Language = 'zh' | 'en';

interface CoverageSentences {
  readonly kind: Readonly<Record<CoverageKind, string>>;
  readonly reason: Readonly<Record<UncoveredReason, string>>;
  /** By what the look could not see. */
  readonly unseen: Readonly<Record<string, string>>;
  /** In place of the reason, for what is worth an explanation of its own. */
  readonly about: Partial<Readonly<Record<CoverageKind, string>>>;
}

/** What a thing on the server is called, and why it is in no backup: for the page and the command line. */
const sentences: Readonly<Record<Language, CoverageSentences>> = {
  zh: {
    kind: {
      database: '数据库 {{name}}',
      table: '表 {{name}}',
      view: '视图 {{name}}',
      routine: '存储过程或函数 {{name}}',
      trigger: '触发器 {{name}}',
      event: '定时事件 {{name}}',
      sequence: '序列 {{name}}',
      accounts: '数据库的用户和权限',
      folder: '文件夹 {{name}}',
      volume: '容器的数据 {{name}}',
      'key-file': '密钥文件 {{name}}',
      'settings-file': '程序的配置或上传 {{name}}',
      redis: 'Redis 里的网站设置 {{name}}',
      crontab: '{{name}} 的定时任务（crontab）',
      'server-settings': '服务器设置 {{name}}',
      certificates: '证书 {{name}}',
      unseen: '{{name}}',
    },
    reason: {
      'not-chosen': '还没有选过要不要备份',
      'came-later': '说过不用备份之后，里面又新出现的',
      'left-out': '在备份的文件夹里，但规则把它排除了',
      'only-part': '只备份了里面的一部分',
      'not-readable': '备份用的账号读不到，或服务器读不出来',
      elsewhere: '这张表的数据其实在别的服务器上',
      'nothing-kept': '选了要备份，但什么也没有读到',
      'next-backup': '下一次备份就会带上',
      'cannot-see': '这个账号看不到，所以不知道里面有没有要备份的',
    },
    unseen: {
      databases: '别的数据库：这个账号没有 SHOW DATABASES 权限，只看得到自己的',
      'databases-many': '数据库太多，没有全看',
      server: '数据库服务器：这次没有问到，用的是上一次看到的',
      files: '服务器上的文件：没有 SSH，或这次没有看成',
      folder: '文件夹 {{name}}：进不去，或东西太多',
      tables: '数据库 {{name}} 里的表：没有全列出来',
      routines: '数据库 {{name}} 里的存储过程：列不出来',
      triggers: '数据库 {{name}} 里的触发器：这个账号没有 TRIGGER 权限，看不到',
      events: '数据库 {{name}} 里的定时事件：列不出来',
    },
    about: {
      redis: '还没有说 Redis 在哪里：在「店铺」里这家店的「网站文件和设置」填上（命令行：shouhu settings set）',
    },
  },
  en: {
    kind: {
      database: 'database {{name}}',
      table: 'table {{name}}',
      view: 'view {{name}}',
      routine: 'procedure or function {{name}}',
      trigger: 'trigger {{name}}',
      event: 'event {{name}}',
      sequence: 'sequence {{name}}',
      accounts: 'the database’s users and their rights',
      folder: 'folder {{name}}',
      volume: 'data of a container {{name}}',
      'key-file': 'key file {{name}}',
      'settings-file': 'the program’s settings or uploads {{name}}',
      redis: 'settings of the site in Redis, {{name}}',
      crontab: 'crontab of {{name}}',
      'server-settings': 'settings of the server {{name}}',
      certificates: 'certificates {{name}}',
      unseen: '{{name}}',
    },
    reason: {
      'not-chosen': 'nobody has chosen yet',
      'came-later': 'it came after you had said that the rest is not needed',
      'left-out': 'its folder is kept, but a rule leaves it out',
      'only-part': 'only a part of it is kept',
      'not-readable': 'the account may not read it, or the server cannot',
      elsewhere: 'the rows of this table are on another server',
      'nothing-kept': 'it was chosen, but nothing could be read',
      'next-backup': 'the next backup takes it',
      'cannot-see': 'the account cannot see it, so nobody knows what is in it',
    },
    unseen: {
      databases: 'other databases: the account lacks SHOW DATABASES and sees only its own',
      'databases-many': 'too many databases: not all were looked at',
      server: 'the database server: it could not be asked this time, what is shown is from before',
      files: 'files on the server: there is no SSH, or the look did not succeed',
      folder: 'folder {{name}}: no way in, or too much in it',
      tables: 'tables of the database {{name}}: not all are listed',
      routines: 'routines of the database {{name}}: they cannot be listed',
      triggers: 'triggers of the database {{name}}: the account lacks TRIGGER and cannot see them',
      events: 'events of the database {{name}}: they cannot be listed',
    },
    about: {
      redis:
        'nobody has said where Redis is: say it on “Shops”, under “Site files and settings” (command line: shouhu settings set)',
    },
  },
};

/** What it is, in the owner's words. */
export function coverageThingText(
  { kind, name, facts }: Pick<CoveredThing, 'kind' | 'name' | 'facts'>,
  language: Language,
): string {
  const words = sentences[language];
  if (kind !== 'unseen') return fillSentence(words.kind[kind], { name });
  return fillSentence(words.unseen[String(facts['what'])] ?? words.kind.unseen, {
    name: String(facts['name'] ?? name),
  });
}

/** Why it is in no backup; '' for what is in one. */
export function coverageReasonText(
  { kind, reason }: Pick<CoveredThing, 'kind' | 'reason'>,
  language: Language,
): string {
  if (reason === null) return '';
  const words = sentences[language];
  return (reason === 'not-chosen' ? words.about[kind] : undefined) ?? words.reason[reason];
}

/** Ids that say what a thing is where its name alone does not: `redis:system-settings`. */
const idOfKind = /^(accounts|crontab|redis):(.*)$/u;

/** Names of things as the checklist's evidence lists them, in the owner's words. */
export function coverageNamesText(names: string, language: Language): string {
  const { kind } = sentences[language];
  return names
    .split(', ')
    .map((name) => {
      const [, of, own] = idOfKind.exec(name) ?? [];
      return of === undefined ? name : fillSentence(kind[of as CoverageKind], { name: own ?? '' });
    })
    .join(language === 'zh' ? '、' : ', ');
}
