import type { ErrorCode } from '../errors/app-error.ts';
import type { ErrorText } from './error-text.ts';

/** Codes of what lies outside this computer: the tunnel, the database server, disks and clouds. */
export type ConnectionErrorCode = Extract<ErrorCode, `tunnel.${string}` | `mysql.${string}` | `backend.${string}`>;

export const connectionErrorsZh: Record<ConnectionErrorCode, ErrorText> = {
  'tunnel.unreachable': {
    message: '连不上 SSH 服务器，这次没有取到新的数据。已有的备份不受影响。',
    remedy: '检查网络、地址、端口和云服务器的防火墙，再试一次。',
  },
  'tunnel.auth-failed': {
    message: 'SSH 服务器不接受这个用户名和密钥（或密码）。已有的备份不受影响。',
    remedy: '核对用户名；用密钥时，确认公钥已经加到服务器的 authorized_keys 里。',
  },
  'tunnel.host-key-unknown': {
    message: '第一次连接这台服务器，它的指纹还没有核对过，所以没有继续。',
    remedy: '和服务器控制台里显示的指纹比对，一致后用 --ssh-host-key 写上它；确定网络可信时也可以用 --trust-first。',
  },
  'tunnel.host-key-changed': {
    message: '服务器的指纹和上次记下的不一样，可能是重装过系统，也可能是有人冒充。没有发送任何密码。',
    remedy: '先在服务器控制台核对新指纹；确认是自己重装的，再重新添加这个数据源。拿不准就不要连。',
  },
  'tunnel.forward-refused': {
    message: 'SSH 已经连上，但服务器不让通过它连到数据库。这次没有取到新的数据。',
    remedy: '检查数据库的地址和端口，以及服务器 sshd_config 里的 AllowTcpForwarding 是否允许。',
  },
  'tunnel.service-refused': {
    message: '服务器不提供“{{service}}”，或不让这个账号用（{{reason}}）。数据没有受影响。',
    remedy: '请在服务器的 sshd 设置里打开它，或换一个能用的账号。',
  },
  'tunnel.lost': {
    message: '和服务器的连接中断了，这次没有完成。已经存好的快照不受影响。',
    remedy: '网络恢复后再运行一次，传过的数据块不用重传。',
  },
  'tunnel.key-unreadable': {
    message: 'SSH 私钥读不出来：文件可能不是私钥，或它自己还有一个密码。',
    remedy: '确认选的是私钥（不是 .pub 文件）；私钥有密码时，用 --ssh-key-passphrase-env 给出。',
  },
  'tunnel.agent-missing': {
    message: '没有找到正在运行的 SSH 代理，所以没有连接。',
    remedy: '启动 ssh-agent 并加入密钥，或改用 --ssh-key 指定私钥文件。',
  },
  'mysql.unreachable': {
    message: '连不上数据库服务器，这次没有取到新的数据。已有的备份不受影响。',
    remedy: '检查数据库是否在运行、地址和端口是否正确；数据库只对本机开放时，请用 --ssh。',
  },
  'mysql.auth-failed': {
    message: '数据库不接受这个用户名或密码。已有的备份不受影响。',
    remedy: '在服务器面板里核对用户名和密码，以及这个用户允许从哪里登录。',
  },
  'mysql.no-privilege': {
    message: '数据库用户的权限不够，有些内容读不到，所以没有继续，以免备份缺东西。',
    remedy: '请给这个用户加上提示里的权限，再试一次。',
  },
  'mysql.database-missing': {
    message: '服务器上没有这个数据库“{{database}}”，这次没有备份。以前的快照都还在。',
    remedy: '核对数据库名；如果它是被误删的，可以从最近的快照恢复。',
  },
  'mysql.database-empty': {
    message: '数据库里一张表也没有，这不正常，所以没有当作好的备份。以前的快照都还在。',
    remedy: '先确认连的是对的服务器和数据库；如果表真的没了，从最近的快照恢复。',
  },
  'mysql.connection-lost': {
    message: '和数据库的连接中断了，这次没有完成。已经存好的快照不受影响。',
    remedy: '看看数据库是否重启过，网络恢复后再运行一次。',
  },
  'mysql.lock-timeout': {
    message: '有别的操作一直占着数据库，为了不影响网站，没有继续等下去。这次没有备份。',
    remedy: '换一个不忙的时间再试；也可以看看服务器上有没有运行很久的查询。',
  },
  'mysql.schema-moved': {
    message: '备份过程中有人改了表结构，这次的画面不一致，已经作废。以前的快照不受影响。',
    remedy: '等升级或改表结束后，再备份一次。',
  },
  'mysql.table-lock-over': {
    message: '有的表不支持事务，为了读它们锁了一会儿，到时间已经放开，免得网站一直等。已有的备份不受影响。',
    remedy: '再备份一次；最好把这些表改成 InnoDB，就不用锁了。',
  },
  'mysql.warnings': {
    message: '数据库在读写时给出了警告，内容可能被改动过，所以这次结果不算数。',
    remedy: '请再试一次；如果还是这样，把日志发给我们。',
  },
  'mysql.local-infile-off': {
    message: '目标服务器关闭了快速导入。数据没有改动。',
    remedy: '会自动改用较慢的方式；想要更快，可以在目标服务器上打开 local_infile。',
  },
  'mysql.query-failed': {
    message: '数据库执行一条语句时出了错，这次没有完成。已有的备份不受影响。',
    remedy: '看看数据库的日志和剩余空间，再试一次；如果还是这样，把日志发给我们。',
  },
  'mysql.unsupported': {
    message: '数据库里有这个版本还不能完整备份或恢复的内容，所以没有继续，以免缺东西。',
    remedy: '看提示里写的是什么；可以先用 --databases 或 --tables 避开它，并告诉我们。',
  },
  'backend.blob-missing': {
    message: '副本里少了一个文件，用它可能恢复不完整。其他副本不受影响。',
    remedy: '运行 shouhu verify 并加上 --heal-from，用另一份完好的副本补齐它。',
  },
  'backend.unreachable': {
    message: '连不上云存储，这份副本暂时没有更新。别处的备份不受影响。',
    remedy: '检查网络和存储地址，稍后再试。',
  },
  'backend.absent': {
    message: '磁盘或文件夹现在不在（没有插上或没有挂载）。上面的备份不会因此被当作丢失。',
    remedy: '插上磁盘再试；如果盘符或挂载位置变了，请重新添加这个目的地。',
  },
  'backend.disk-full': {
    message: '磁盘没有空间了，这次没有存完。以前的备份完好。',
    remedy: '腾出空间或换一个更大的盘，再运行一次，已经写好的部分不用重来。',
  },
  'backend.read-only': {
    message: '要写的地方是只读的，写不进去。里面已有的备份完好。',
    remedy: '检查 U 盘的写保护开关或磁盘的挂载方式，再试一次。',
  },
  'backend.permission': {
    message: '没有权限读写这个文件夹。里面已有的备份没有改动。',
    remedy: '给当前用户加上这个文件夹的读写权限，或换一个文件夹。',
  },
  'backend.bucket-missing': {
    message: '云存储里没有这个存储桶，没有写入任何东西。',
    remedy: '核对存储桶的名字和地区；还没有的话，先在云服务商的控制台里建好。',
  },
  'backend.access-denied': {
    message: '云存储拒绝了这组密钥，或密钥的权限不够。里面已有的备份没有改动。',
    remedy: '核对 AccessKey 和 SecretKey，并给它这个存储桶的读、写、列出权限。',
  },
  'backend.clock-skew': {
    message: '这台电脑的时间和云存储相差太多，请求被拒绝。备份没有改动。',
    remedy: '打开系统的自动对时，再试一次。',
  },
  'backend.throttled': {
    message: '云存储说请求太频繁，这份副本暂时没有更新完。别处的备份不受影响。',
    remedy: '过几分钟再试，已经传好的部分不用重传。',
  },
  'backend.locked': {
    message: '“{{name}}”还在防删除的锁定期内，存储服务不让删除或改写它。备份没有改动。',
    remedy: '不用做什么：锁定期过了，下一次会自动接着做。',
  },
  'backend.rejected': {
    message: '存储位置拒绝了这次读写，没有写入不完整的内容。',
    remedy: '核对目的地的设置后再试；如果还是这样，把日志发给我们。',
  },
  'backend.io': {
    message: '读写磁盘或云存储时出了错，这次没有完成。以前的备份没有改动。',
    remedy: '如果是磁盘，先检查它是否快要坏了；再运行一次，并用 shouhu verify 检查这份副本。',
  },
};
