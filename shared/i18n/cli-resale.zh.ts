/** 防止重复售卡说的话。 */
export const cliResaleZh = {
  'flag.restore-dry-run':
    '只检查，不恢复：空间、权限、版本、字符集、大小写、保留字……每一项不合适的都说清楚怎么办；什么都不写',
  'restore.can-begin': '可以恢复。什么都还没有写。',
  'restore.cannot-begin': '这样恢复不了，先解决打 ✗ 的。什么都没有写。',
  'flag.swap-guard':
    '把对调前一刻还在卖出的卡标成已售出：on（默认，在别人能买之前标好）、behind（店已关上时，对调后再标）或 off',
  'flag.resale-guard': '恢复后把恢复点之后已经发出的卡标成已售出（on 或 off；认识的发卡程序默认 on）',
  'reason.not-in-a-file': '.sql 文件里没法标记卡；请恢复到数据库，或写 off。',
  'phase.resale-log': '正在从日志里找恢复点之后卖出的卡',
  'phase.resale-live': '正在和线上数据库核对卖出的卡',
  'phase.resale-mark': '正在把卖出的卡标成已售出',
  'resale.marked': '防止重复售卡：{{cards}} 张恢复点之后已经发出的卡，已标成已售出，不会再卖。',
  'resale.shared': '另有 {{cards}} 张卖出的是循环卡密，照常可卖，没有标记。',
  'resale.orders': '{{orders}} 笔恢复点之后付款或发货的订单需要人工处理（补单）。',
  'resale.csv': '清单在：{{csv}}（只有编号、订单和联系方式，没有卡密）',
  'resale.nothing': '防止重复售卡：没有找到恢复点之后卖出的卡或付款的订单。',
  'resale.incomplete': '注意：还有没能看到的地方，可能有卖出的卡没有找到，开店前请先核对：',
  'resale.skipped.off': '没有防止重复售卡（--resale-guard off）：恢复点之后卖出的卡会变回可售，开店前请先处理。',
  'resale.skipped.no-rules':
    '没有防止重复售卡：不认识这家店用的发卡程序。如果会用恢复的库开店，请先把恢复点之后卖出的卡改成已售出。',
  'resale.skipped.file':
    '.sql 文件里没有防止重复售卡：恢复点之后卖出的卡在里面还是可售。要开店请恢复到数据库，不要直接用这个文件。',
} as const;
