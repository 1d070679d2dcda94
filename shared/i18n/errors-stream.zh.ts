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
