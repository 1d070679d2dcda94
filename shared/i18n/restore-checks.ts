import type { RestoreCheck } from '../model/restore-check.ts';
import { fillSentence } from './error-text.ts';

type Told = 'ok' | 'warn' | 'fail' | 'unknown';
type Sentences = Readonly<Record<RestoreCheck['id'], { readonly label: string } & Partial<Record<Told, string>>>>;

/** What a check before a restore says: what was found, what it means for the data, and what to do about it. */
const sentences: Readonly<Record<'zh' | 'en', Sentences>> = {
  zh: {
    room: {
      label: '空间',
      ok: '放得下：大约要 {{needed}}，还有 {{free}}。',
      warn: '会很紧：大约要 {{needed}}，只剩 {{free}}（{{path}}）。最好先腾出一些地方再恢复：如果那是店铺自己的服务器，磁盘写满时数据库可能会停下来。',
      fail: '放不下：大约要 {{needed}}，只剩 {{free}}（{{path}}）。先腾出地方，或者恢复到别的服务器。',
      unknown:
        '从这里看不到那台服务器还剩多少空间（大约要 {{needed}}）。请在服务器上运行 df -h {{path}} 看一眼再恢复。',
    },
    writable: {
      label: '服务器可以写',
      ok: '可以写。',
      fail: '服务器现在是只读的（{{variable}}=ON），写不进去。如果是从库，请恢复到主库或别的服务器；如果是自己关的，运行 SET GLOBAL {{variable}}=OFF。',
    },
    privileges: {
      label: '权限',
      ok: '够用。',
      warn: '看起来在 {{database}} 上缺少权限：{{privileges}}。用管理员运行 GRANT {{privileges}} ON `{{database}}`.* TO 这个用户，或者换一个能建库的用户。',
    },
    names: {
      label: '名字没有被占用',
      ok: '没有同名的东西。',
      fail: '已经有同名的了：{{names}}。不会覆盖它。换一个名字（--as，文件就换文件名），比较过再决定要不要替换。',
    },
    'letter-case': {
      label: '大小写',
      ok: '没有问题。',
      warn: '两边对表名大小写的规矩不同（lower_case_table_names：备份 {{source}}，这里 {{target}}）。涉及的名字：{{names}}。如果店里的程序写的大小写和表名不一样，会找不到表；新服务器最好在初始化时就设成 {{source}}。',
      fail: '有些名字只差大小写，这台服务器分不清：{{names}}（lower_case_table_names：备份 {{source}}，这里 {{target}}），恢复会让它们撞在一起。换一台初始化时设了 lower_case_table_names={{source}} 的服务器，或先恢复到临时服务器（--into sandbox）。',
    },
    portable: {
      label: '这台服务器认得所有表',
      ok: '都认得。',
      warn: '版本不同，{{count}} 处会和原来不完全一样，数据不会变：{{notes}}。',
      fail: '这台服务器（{{target}}）没有 {{feature}}，装不下 {{object}}。{{fix}}',
    },
    packet: {
      label: '一行的最大长度',
      ok: '够用。',
      warn: '这台服务器的 max_allowed_packet 是 {{target}}，比备份时的 {{source}} 小，太长的内容店里会读不出来（最长的一行至少 {{row}}）。运行 SET GLOBAL max_allowed_packet={{sourceBytes}}，并写进配置文件。',
    },
    'sql-mode': {
      label: 'sql_mode',
      ok: '一样。',
      warn: "这里的 sql_mode 和备份时不同。数据会原样恢复（包括 0000-00-00 这样的日期），但店里的程序以后写入时可能被拒绝：多出 {{added}}，少了 {{missing}}。想和原来一样：SET GLOBAL sql_mode='{{source}}'。",
    },
    definers: {
      label: '视图和存储过程的主人',
      ok: '都在。',
      warn: '这台服务器上没有这些用户：{{accounts}}。归他们名下的视图、存储过程、触发器会改归恢复用的用户。想保持原样：先建好这些用户，或者恢复时带上 --accounts。',
      unknown: '看不到这台服务器有哪些用户。归 {{accounts}} 名下的东西，如果这些用户不在，会改归恢复用的用户。',
    },
    words: {
      label: '保留字',
      ok: '没有问题。',
      warn: '这台服务器把这些词留作自用，而备份里有程序拿它们当名字：{{objects}}。这几个建不出来，会列在结果里，数据不受影响。给这些词加上反引号（`词`）再手工建一次。',
    },
  },
  en: {
    room: {
      label: 'room',
      ok: 'enough: about {{needed}} are needed, {{free}} are free.',
      warn: 'tight: about {{needed}} are needed, {{free}} are left ({{path}}). Better make room first: if it is the shop’s own server, its database may stop when the disk is full.',
      fail: 'too little: about {{needed}} are needed, {{free}} are left ({{path}}). Make room, or restore into another server.',
      unknown:
        'how much room that server has cannot be seen from here (about {{needed}} are needed). Run df -h {{path}} there before you restore.',
    },
    writable: {
      label: 'the server takes changes',
      ok: 'it does.',
      fail: 'it takes none now ({{variable}}=ON). If it is a replica, restore into its primary or another server; if it was switched off on purpose, run SET GLOBAL {{variable}}=OFF.',
    },
    privileges: {
      label: 'privileges',
      ok: 'enough.',
      warn: 'this user seems to lack rights on {{database}}: {{privileges}}. As an administrator run GRANT {{privileges}} ON `{{database}}`.* TO that user, or use one that may create databases.',
    },
    names: {
      label: 'names are free',
      ok: 'nothing of that name is there.',
      fail: 'already there: {{names}}. It is not overwritten. Choose another name (--as, for a file another file name), compare, and then decide.',
    },
    'letter-case': {
      label: 'capital letters in names',
      ok: 'fine.',
      warn: 'the servers treat capital letters in table names differently (lower_case_table_names: backup {{source}}, here {{target}}). It concerns: {{names}}. A shop that writes a name in other letters will not find its table; best set a new server to {{source}} when it is initialised.',
      fail: 'some names differ only in capital letters, which this server does not tell apart: {{names}} (lower_case_table_names: backup {{source}}, here {{target}}); they would run into each other. Use a server that was initialised with lower_case_table_names={{source}}, or restore into a throw-away one first (--into sandbox).',
    },
    portable: {
      label: 'the server knows all tables',
      ok: 'it does.',
      warn: 'it is of another version: {{count}} things will not be quite as they were, no data changes: {{notes}}.',
      fail: 'this server ({{target}}) has no {{feature}}, so it cannot hold {{object}}. {{fix}}',
    },
    packet: {
      label: 'longest row',
      ok: 'enough.',
      warn: 'max_allowed_packet is {{target}} here, less than the {{source}} of the backup: the shop could not read longer values (the longest row has at least {{row}}). Run SET GLOBAL max_allowed_packet={{sourceBytes}}, and put it into the configuration.',
    },
    'sql-mode': {
      label: 'sql_mode',
      ok: 'the same.',
      warn: "sql_mode differs from the backup’s. Data comes back as it was (dates such as 0000-00-00 as well), but the shop may be refused when it writes: added {{added}}, missing {{missing}}. To have it as before: SET GLOBAL sql_mode='{{source}}'.",
    },
    definers: {
      label: 'owners of views and routines',
      ok: 'all there.',
      warn: 'this server has no such users: {{accounts}}. Views, routines and triggers of theirs will belong to the restoring user. To keep them: create these users first, or restore with --accounts.',
      unknown:
        'which users this server has cannot be seen. What belongs to {{accounts}} will belong to the restoring user where these are missing.',
    },
    words: {
      label: 'reserved words',
      ok: 'fine.',
      warn: 'this server keeps some words for itself that are used as names: {{objects}}. These cannot be created and will be named in the result; no data is affected. Put backticks around the words and create them by hand.',
    },
  },
};

/** What somebody can do about a server that lacks something. */
const fixes = {
  zh: {
    collation:
      '换成认得它的服务器：utf8mb4_0900_… 要 MySQL 8 或 MariaDB 11.4.5 以上，uca1400 要 MariaDB 10.10 以上。我们不会悄悄换成相近的排序规则。',
    other: '换一台和原来同类、版本不更旧的服务器，或先恢复到临时服务器（--into sandbox）。',
  },
  en: {
    collation:
      'Use a server that knows it: utf8mb4_0900_… needs MySQL 8 or MariaDB 11.4.5, uca1400 needs MariaDB 10.10. It is not quietly replaced by a similar one.',
    other: 'Use a server of the same kind that is not older, or restore into a throw-away one first (--into sandbox).',
  },
} as const;

/** What will be another way: ids of `fitPlan`. */
const otherWays: Readonly<Record<'zh' | 'en', Readonly<Record<string, string>>>> = {
  zh: {
    'attribute-left-out': '存储选项会省掉',
    'json-as-text': 'JSON 会以文本保存',
    'double-format': '小数的显示格式会不同',
    'database-collation': '库的默认排序规则会换成这里的',
  },
  en: {
    'attribute-left-out': 'a storage option is left out',
    'json-as-text': 'JSON is kept as text',
    'double-format': 'doubles are shown in another format',
    'database-collation': 'the database gets this server’s default collation',
  },
};

export interface RestoreCheckText {
  readonly label: string;
  readonly text: string;
}

export function restoreCheckText({ id, state, facts }: RestoreCheck, language: 'zh' | 'en'): RestoreCheckText {
  const { label, ...told } = sentences[language][id];
  const feature = String(facts['feature'] ?? '');
  const fix = fixes[language][feature.startsWith('COLLATE') ? 'collation' : 'other'];
  const notes = String(facts['notes'] ?? '').replaceAll(
    /\b([a-z]+(?:-[a-z]+)+)(?=: )/g,
    (note) => otherWays[language][note] ?? note,
  );
  return { label, text: fillSentence(told[state] ?? '', { ...facts, fix, notes }) };
}
