import type { ErrorText } from './error-text.ts';

/** 网站文件的错误说法。 */
export const filesErrorsZh = {
  'files.no-ssh': {
    message: '“{{source}}”没有通过 SSH 连接，所以读不到服务器上的文件。数据库的备份不受影响。',
    remedy: '给这家店加上 SSH（source add … --ssh），再选要备份的文件夹。',
  },
  'files.no-way': {
    message: '服务器关掉了 SFTP，也不能用命令行读文件（{{reason}}），所以网站文件没有备份。数据库已经备份好。',
    remedy:
      '请在服务器的 /etc/ssh/sshd_config 里打开一行 Subsystem sftp internal-sftp 并重启 sshd，或换一个能登录命令行的账号，再备份一次。',
  },
  'files.protocol': {
    message: '服务器的文件服务回答得不对（{{reason}}），网站文件没有读完。数据库已经备份好。',
    remedy: '再备份一次；总是这样的话，请重启服务器的 sshd，或换一个账号。',
  },
  'files.folder-missing': {
    message: '服务器上没有文件夹“{{folder}}”，或这个账号不能进去（{{reason}}）。其余的都备份好了。',
    remedy: '核对路径，用 shouhu source set … --files 改正；没有权限的话，让这个账号能读它。',
  },
  'files.unread': {
    message: '网站文件里有 {{unread}} 项没能读到，其余的都备份好了：{{files}}。',
    remedy: '让备份用的账号能读这些文件；不需要的，可以用 --leave-out 排除。',
  },
  'files.none': {
    message: '这个快照里没有网站文件。数据库的数据都在。',
    remedy: '用 shouhu source set … --files 选好文件夹，下一次备份就会带上；或换一个带文件的快照。',
  },
  'files.no-history': {
    message: '这个快照里没有配置和代码的历史。它的文件和数据库的数据都在。',
    remedy:
      '换一个快照，或再备份一次：只要带上网站文件，下一次备份就会接着写历史。要取回这个快照的文件，用 shouhu files restore。',
  },
  'files.finding-unknown': {
    message: '要看的变化里没有“{{finding}}”。什么都没有记下。',
    remedy: '用 shouhu files findings 看看有哪些；快照被清理掉的，不再列出。',
  },
  'files.path-unknown': {
    message: '快照里没有“{{path}}”这个文件或文件夹。什么都没有写。',
    remedy: '用 shouhu files list 看看快照里有什么。',
  },
  'files.target-not-empty': {
    message: '“{{folder}}”已经有东西，没有覆盖，什么都没有写。',
    remedy: '换一个空的或还不存在的文件夹。',
  },
  'files.target-failed': {
    message: '写不了“{{path}}”（{{reason}}），恢复停在这里。写了一半的文件用临时名字，没有碰到别的文件；备份不受影响。',
    remedy: '看看磁盘空间和权限，再恢复到一个新的文件夹。',
  },
  'files.mismatch': {
    message: '恢复出来的“{{path}}”和备份时不一样，所以不算恢复成功。备份不受影响。',
    remedy: '再恢复一次到另一个文件夹；还是这样，请检查写入的磁盘。',
  },
} as const satisfies Record<string, ErrorText>;
