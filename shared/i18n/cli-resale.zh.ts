/** 防止重复售卡说的话。 */
export const cliResaleZh = {
  'flag.resale-guard': '恢复后把恢复点之后已经发出的卡标成已售出（on 或 off；认识的发卡程序默认 on）',
  'reason.not-in-a-file': '.sql 文件里没法标记卡；请恢复到数据库，或写 off。',
  'phase.resale-log': '正在从日志里找恢复点之后卖出的卡',
  'phase.resale-live': '正在和线上数据库核对卖出的卡',
  'phase.resale-mark': '正在把卖出的卡标成已售出',
  'resale.marked': '防止重复售卡：{{cards}} 张恢复点之后已经发出的卡，已标成已售出，不会再卖。',
  'resale.shared': '其中有 {{cards}} 张是循环卡密，照常可卖，没有标记。',
  'resale.orders': '{{orders}} 笔恢复点之后付款或发货的订单需要人工处理（补单）。',
  'resale.csv': '清单在：{{csv}}（只有编号、订单和联系方式，没有卡密）',
  'resale.nothing': '防止重复售卡：没有找到恢复点之后卖出的卡或付款的订单。',
  'resale.incomplete': '注意：还有没能看到的地方，可能有卖出的卡没有找到，开店前请先核对：',
  'resale.skipped.off': '没有防止重复售卡（--resale-guard off）：恢复点之后卖出的卡会变回可售，开店前请先处理。',
  'resale.skipped.no-rules':
    '没有防止重复售卡：不认识这家店用的发卡程序。如果会用恢复的库开店，请先把恢复点之后卖出的卡改成已售出。',
  'resale.skipped.file':
    '.sql 文件里没有防止重复售卡：恢复点之后卖出的卡在里面还是可售。要开店请恢复到数据库，不要直接用这个文件。',
  'resale-gap.log-none': '这家店还没有存过日志；恢复点之后的事只能问线上数据库。',
  'resale-gap.log-copies-away': '存着日志的副本可能没接上，打不开：{{copies}}。接上后再恢复一次。',
  'resale-gap.log-starts-later': '日志从 {{until}} 才开始存；{{from}} 到那时之间卖了什么，不知道。',
  'resale-gap.log-gap': '日志有缺口：{{from}} 到 {{until}} 之间卖了什么，不知道。',
  'resale-gap.log-sealed':
    '{{records}} 段日志封在卡密保险库里没有打开（{{from}} 到 {{until}}，卡和订单改了 {{rows}} 行）。加上 --open-vault 再恢复一次就能看到。',
  'resale-gap.log-unreadable': '日志 {{file}} 的 {{position}} 处有一段读不出来。',
  'resale-gap.log-shape': '表 {{table}} 后来改过结构，日志里它的改动对不上列，没有猜。',
  'resale-gap.log-statements': '日志 {{file}} 的 {{position}} 处只记了语句（{{what}}），看不到改了哪些行。',
  'resale-gap.log-end':
    '日志只存到 {{at}}，之后卖了什么不知道。数据库还连得上的话，先运行 shouhu stream 加 --until-caught-up，再恢复一次。',
  'resale-gap.mass-change':
    '{{at}} 有一步把 {{cards}} 张卡一起改成了已售出，却没有订单（日志 {{file}}:{{position}}）。这多半是误操作，没有当成卖出。',
  'resale-gap.live-away': '线上数据库连不上，没能和它核对（{{code}}）。',
  'resale-gap.live-table-missing': '线上已经没有表 {{table}}，没法和它核对。',
  'resale-gap.live-shape': '线上的表 {{table}} 看不出哪些卡卖掉了。',
  'resale-gap.live-time-over': '线上的表 {{table}} 太大，没有核对完就停了，免得拖慢店铺。',
  'resale-gap.live-failed': '核对线上的表 {{table}} 时出错（{{code}}），没有核对完。',
  'resale-gap.live-mass-change':
    '线上有 {{cards}} 张卡是已售出，却没有相应的订单，多半是误操作，没有当成卖出。请对照订单核对。',
  'resale-gap.not-restored': '表 {{table}} 这次没有恢复。',
} as const;
