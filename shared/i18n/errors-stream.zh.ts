import type { ErrorText } from './error-text.ts';

/** 日志流（binlog）的错误说法。 */
export const streamErrorsZh = {
  'binlog.off': {
    message: '数据库没有打开 binlog，所以不能一秒一秒地跟着记，只能恢复到某次备份的时刻。已有的备份不受影响。',
    remedy:
      '在数据库配置里加上 log_bin=binlog、binlog_format=ROW 和一个 server_id，重启数据库；宝塔面板在“数据库 → 性能调整”旁的“二进制日志”里打开。',
  },
  'binlog.purged': {
    message: '数据库已经删掉了日志文件“{{file}}”，这之后的一段没有跟上，会记成一个缺口。已经存下的都在。',
    remedy: '马上会补一次完整备份，从那一刻起重新连续；想少出缺口，把数据库的日志保留时间调到 3 天以上。',
  },
  'binlog.rewritten': {
    message:
      '数据库的日志“{{file}}”和以前记下的对不上，多半是被重置过（RESET MASTER）或断电后丢了一截。没有把两段硬接在一起，已经存下的都在。',
    remedy: '马上会补一次完整备份，从那一刻起重新连续；如果不是你重置的，请查一下是谁做的。',
  },
  'binlog.replaced': {
    message: '另一个从库用了同样的编号，数据库把我们断开了。已经存下的日志不受影响。',
    remedy: '看看是不是有两台电脑同时在跟这家店的日志；只留一台，会自动接着记。',
  },
  'binlog.damaged': {
    message: '从数据库读到的日志在“{{file}}”的 {{position}} 处不完整，所以没有存。之前存下的都完好。',
    remedy: '会自动从上一个完好的位置再读一次；如果总是停在这里，请检查数据库所在的磁盘，并马上做一次完整备份。',
  },
  'binlog.unsupported': {
    message:
      '这个数据库把日志放进了 InnoDB（{{storage}}），没有可以逐字节跟随的日志文件，这个版本还不能跟着记。已有的备份不受影响。',
    remedy: '把 binlog_storage_engine 改回默认（空）并重启数据库，就可以跟着记；在那之前请把备份间隔调短。',
  },
  'stream.none': {
    message: '“{{source}}”还没有存下任何日志，所以没有可以查的操作记录。备份不受影响。',
    remedy: '先运行 shouhu stream "{{source}}"，之后的每一步操作都会记下来。',
  },
  'stream.already-running': {
    message: '这家店的日志已经有一个任务在跟着记了，这次没有再开一个。',
    remedy: '不用做什么；想换个方式，先停掉那个任务再开。',
  },
  'stream.event-unknown': {
    message: '存下的日志里没有“{{event}}”这一条。什么都没有动。',
    remedy: '用 shouhu events 或时间轴再看一遍，从那里复制编号；日志可能还没有跟到那里。',
  },
  'restore.before-snapshots': {
    message: '{{at}} 比最早能接上日志的备份（{{nearest}}）还早，回不到那一刻。什么都没有动。',
    remedy: '能回到的最早时刻是 {{nearest}}：选它，或者选它之后的任何一秒。',
  },
  'restore.behind-log': {
    message: '日志只存到 {{nearest}}，那以后到 {{at}} 发生过什么还不知道，所以没有硬凑。什么都没有动。',
    remedy:
      '数据库还连得上的话，先让日志跟到最新（shouhu stream），再恢复一次；连不上了，就恢复到 {{nearest}}，这是最近的一刻。',
  },
  'restore.in-gap': {
    message: '{{at}} 正好落在日志的缺口里：{{before}} 之后、{{after}} 之前的日志没有跟到。没有硬凑，什么都没有动。',
    remedy: '能回到的最近两个时刻是缺口前的 {{before}} 和缺口后的 {{after}}，选一个再恢复。',
  },
  'restore.log-sealed': {
    message:
      '{{nearest}} 之后有一段日志，卡密和别的内容分不开，只好整段封在保险库里；保险库没有打开，没法接着重做。什么都没有动。',
    remedy: '加上 --open-vault 并给出保险库口令，再恢复一次；暂时不想打开的话，可以先恢复到 {{nearest}}。',
  },
  'restore.no-scratch': {
    message:
      '日志要先在这台电脑上的一个临时 {{flavour}} 里重做一遍，才能写成文件；但这里没有找到 {{flavour}} 的服务程序。什么都没有动。',
    remedy:
      '装上它再试一次：{{hint}}。不想装的话，可以把这一刻恢复到另一台 {{flavour}} 服务器上再导出，或者把离它最近的一份快照写成 .sql。',
  },
  'restore.no-room': {
    message: '“{{path}}”所在的磁盘放不下：这次恢复大约要 {{needed}}，只剩 {{free}}。什么都没有动。',
    remedy: '在这块磁盘上腾出地方，或者把文件写到另一块磁盘，再恢复一次。',
  },
  'restore.log-apart': {
    message: '存下的日志和手上的备份接不起来：没有一份备份正好站在日志里，所以没法回到备份之间的某一刻。什么都没有动。',
    remedy: '可以恢复到任何一份备份的时刻；再做一次备份，从那一刻起就能精确到秒。',
  },
  'replay.other-flavour': {
    message:
      '日志是 {{source}} 写的，目标服务器是 {{target}}，日志没法在它上面重做。备份本身可以恢复过去，线上的数据没有动。',
    remedy: '恢复到 {{source}} 服务器或者临时服务器；或者不指定时间，只恢复备份那一刻。',
  },
  'replay.name-in-statement': {
    message:
      '日志“{{file}}”的 {{position}} 处有一条语句写着库名“{{database}}”，而恢复出来的库换了名字，照做会碰到线上的库，所以停下了。线上的数据没有动。',
    remedy:
      '最省事：在这台电脑上装一个 {{flavour}} 服务器（{{hint}}），再恢复一次，我们会先在临时数据库里用原来的库名重做，再搬过去。或者恢复到另一台服务器上，库名不变也可以。',
  },
  'replay.interrupted': {
    message:
      '重做日志到“{{file}}”的 {{position}} 处时连接断了，那一步做没做完说不准，所以没有接着做。线上的数据没有动。',
    remedy: '再恢复一次就好。',
  },
  'replay.unsupported': {
    message:
      '日志“{{file}}”的 {{position}} 处有一步没法原样重做（{{what}}），所以停在它之前。目标库里到这一步为止的内容是完整的，线上的数据没有动。',
    remedy: '先恢复到它之前的时刻；这一步做了什么，可以用 shouhu events 查到，再手工补上。',
  },
  'replay.packet-too-small': {
    message:
      '重做日志时有一条语句要 {{neededBytes}} 字节，目标服务器只收 {{limitBytes}} 字节，所以停下了。线上的数据没有动。',
    remedy: '把目标服务器的 max_allowed_packet 调到 1G，再恢复一次；不想改的话，可以恢复到临时服务器。',
  },
  'replay.failed': {
    message:
      '重做日志到“{{file}}”的 {{position}} 处时，目标服务器拒绝了（错误号 {{errno}}）。到它之前的内容是完整的，线上的数据没有动。',
    remedy: '看看目标服务器的版本和剩余空间，再恢复一次；如果总是停在这里，先恢复到它之前的时刻，并把日志发给我们。',
  },
} satisfies Record<string, ErrorText>;
