/** 把卡密补进合着保险库恢复出来的数据。 */
export const cliCardsZh = {
  'help.cards': '打开卡密保险库，把卡密补进之前合着保险库恢复出来的数据，不用再恢复一次',
  'flag.vault-reason': '为什么要打开卡密保险库，会写进操作记录',
  'ask.vault-reason': '为什么要打开卡密保险库（写进操作记录）：',
  'action.vault.close': '合上卡密保险库',
  'phase.cards': '补卡密',
  'action.restore.cards-added': '补卡密',
  'cards.done': '卡密补好了：补了 {{filled}} 行，服务器自己算的指纹和备份时的一样（{{time}}）。',
  'cards.partly': '补了 {{filled}} 行卡密，还有没补全的，见下面（{{time}}）。补过的不会丢，别的数据没有动。',
  'cards.table': '{{table}}：一共 {{rows}} 行，这次补 {{filled}} 行，本来就有的 {{same}} 行',
  'cards.changed': '{{table}}：有 {{count}} 行的卡密后来被改成了别的，按现在的留着',
  'cards.gone': '{{table}}：有 {{count}} 行已经不在了',
  'cards.waiting': '{{table}}：有 {{count}} 行补不进去，同样的卡密已经在别的行里',
  'cards.left.no-key':
    '{{table}}：没有主键（或主键就是卡密），分不清哪一行是哪一行，而且数据后来可能动过。要这张表的卡密，请带上 --open-vault 单独恢复这张表',
  'cards.left.triggers': '{{table}}：表上有触发器，补卡密会让它再触发一遍。请带上 --open-vault 单独恢复这张表',
  'cards.left.no-table': '{{table}}：服务器上没有这张表了',
  'cards.left.other-columns': '{{table}}：表的列和恢复出来的时候不一样了',
  'cards.waiting-list': '还没有卡密的恢复（用 shouhu cards 编号 --open-vault 补上）：',
  'cards.waiting-line': '· {{id}}：{{at}} 的数据，在 {{where}}',
  'restore.cards-later': '卡密以后再补，不用重新恢复：shouhu cards "{{id}}" --open-vault',
} as const;
