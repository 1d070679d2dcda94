import type { ErrorText } from './error-text.ts';

/** 换上恢复的数据、换回来时的说法。 */
export const swapErrorsZh = {
  'swap.unknown-restore': {
    message: '没有编号以“{{restore}}”开头的恢复，或者不止一个。什么都没有改动。',
    remedy: '运行 shouhu restores 看看有哪些，把编号写长一点再试。',
  },
  'cards.nothing-to-add': {
    message: '这次恢复（{{restore}}）的卡密已经是真的，没有要补的。什么都没有动。',
    remedy: '用 shouhu restores 看看哪些恢复还没有卡密。',
  },
  'cards.incomplete': {
    message: '卡密没有补全：有的行后来被改过、删掉了，或者有的表补不了。已经补上的都在，别的数据没有动。',
    remedy: '按上面每张表的说明处理；再运行一次 shouhu cards "{{restore}}" --open-vault 会接着补。',
  },
  'restore.still-running': {
    message: '这次恢复（{{restore}}）还在进行，所以没有动它。',
    remedy: '等它做完；不想要了就在做它的那个窗口里取消，它会自己收拾干净。',
  },
  'swap.wrong-state': {
    message: '这次恢复（{{restore}}）现在的状态是“{{state}}”，这一步用不上，所以什么都没有做。',
    remedy: '想换上恢复的数据用 shouhu swap，想换回原来的用 shouhu undo；shouhu restores 会告诉你现在是哪一份在用。',
  },
  'swap.nothing-beside': {
    message: '服务器上已经没有 {{databases}}，恢复出来的数据不在那里了。正在营业的店没有动。',
    remedy: '备份还在：重新恢复一次（shouhu restore … --into same），再换上去。',
  },
  'swap.already-running': {
    message: '这台数据库服务器上正有另一次交换在进行，这一次没有开始。店里的数据没有动。',
    remedy: '等那一次结束（通常几秒钟），再试一次。',
  },
  'swap.unfinished': {
    message:
      '同一个数据库上，另一次恢复（{{restore}}）换到一半停了下来，还没有了结。这一次没有开始，数据一行也没有丢。',
    remedy: '先运行 shouhu swap "{{restore}}" 把它做完，或 shouhu undo "{{restore}}" 退回去，再来做这一步。',
  },
  'swap.newer-first': {
    message: '在这次之后，店里又换上了另一份恢复（{{restore}}）。先退这一次会把顺序弄乱，所以没有动。',
    remedy: '先运行 shouhu undo "{{restore}}"，再退这一次。',
  },
  'swap.unproven': {
    message: '这份恢复的指纹或金额和备份对不上，所以没有换上去。正在营业的店没有动，恢复出来的那份还在旁边。',
    remedy:
      '换一份副本或换一个快照再恢复一次。如果它已经是最好的一份，看过之后可以加 --even-unproven 换上去，随时能退回来。',
  },
  'swap.vault-closed': {
    message:
      '恢复的时候没有打开卡密保险库，恢复出来的卡密只是占位的记号，换上去店里就发不出真卡，所以没有换。店里的数据没有动。',
    remedy: '先补上卡密，不用重新恢复：在“恢复”页点“补卡密”，或运行 shouhu cards 编号 --open-vault；然后再换。',
  },
  'swap.no-safety-snapshot': {
    message: '换之前要先给现在的数据留一张底，这次没有留成（{{reason}}），所以没有换。正在营业的店没有动。',
    remedy:
      '先看看为什么备份不了。如果现在的数据库已经坏得没法备份，可以加 --without-safety-snapshot 继续：原来的表只是挪开，不会删。',
  },
  'swap.read-only': {
    message: '数据库服务器现在是只读的（{{variable}}=ON），换不了。店里的数据没有动。',
    remedy: '如果这台是从库，请到主库上做；如果是自己关的，运行 SET GLOBAL {{variable}}=OFF 之后再试。',
  },
  'swap.no-privilege': {
    message: '这个数据库用户在 {{database}} 上缺少权限：{{privileges}}。什么都没有开始，店里的数据没有动。',
    remedy: '用管理员运行：GRANT {{privileges}} ON `{{database}}`.* TO 这个用户；或者把数据源换成有权限的用户再试。',
  },
  'swap.name-taken': {
    message: '要放回去的表 {{tables}}，名字已经被别的表或视图占着，所以停下了。没有覆盖任何东西。',
    remedy: '看看它是不是刚刚被别的程序建出来的：把它改名或删掉，再运行一次同样的命令。',
  },
  'swap.tables-gone': {
    message: '应该换上去的表 {{tables}} 不见了：有人在旁边的数据库里删过东西。没有继续往下做。',
    remedy: '如果已经换了一半，运行 shouhu undo 退回去；然后从备份重新恢复一次。',
  },
  'swap.busy': {
    message:
      '店里一直有人在用这些表，试了 {{attempts}} 次、共等了 {{waitedS}} 秒都没有等到空档，所以没有换。正在营业的店没有动。挡在前面的：{{blockers}}。',
    remedy: '挑一个安静的时候再试，或先让网站进入维护。#号后面是数据库的连接号，卡住很久的可以用 KILL 结束。',
  },
  'swap.guard-too-slow': {
    message:
      '为了不把一张卡卖两次，换的那一刻要让店停一下，把刚卖掉的卡标好。可是翻一遍 {{table}} 花了 {{seconds}} 秒，或者这期间卖得太多，不能让店等这么久，所以没有换。正在营业的店没有动。',
    remedy:
      '挑一个安静的时候再试。如果卡实在太多：先把店关几分钟，让谁都买不了，再用同一条命令加上 --resale-guard behind。',
  },
} as const satisfies Record<string, ErrorText>;
