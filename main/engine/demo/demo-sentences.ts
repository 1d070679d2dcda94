/** The words of the demo. `{name}` is a fact of the step. */
export const demoSentences = {
  zh: {
    title: '守护演示：一家发卡店的备份、丢失与找回（全部在本机的私有服务器上）\n时间   用时     发生了什么',
    steps: {
      servers: '开店：{version}，前面是 {sshd}，另有两个云存储、一块第二硬盘、一只 U 盘',
      keys: '生成钥匙，写下两张恢复卡（{files} 个文件）',
      source:
        '经 SSH 隧道连上店铺（主机指纹 {fingerprint}），认出系统 {preset}，共 {rows} 行；卡密列 {secrets} 将单独封存',
      destinations: '添加 {count} 个存放备份的地方，每个都真实写入、读回、删除过',
      backup:
        '快照：{tables} 张表 {rows} 行，从服务器读 {readBytes}，加密后写 {writtenBytes}（{chunks} 块），日志位置 {position}，已付订单合计 ¥{sum}',
      copy: '复制到 {name}：{objectsCopied} 个对象，{bytesCopied}',
      verify: '逐个读回 {name}：{read} 个对象，{bytesRead}，全部完好',
      trade: '店照常营业，日志一直跟着：卖出 {orders} 张卡',
      attack: '14:00，有人删掉了 {deleted} 个订单；店还在卖，又卖出 {sold} 张卡；接着订单表和卡密表被整个删除',
      'find-crime': '把剩下的日志取回来，找到第一下：{kind}，{table}，{rows} 行（{id}）',
      'back-to-the-second':
        '回到它发生之前：快照加日志里的 {transactions} 笔事务，{rows} 行，放在 {database}；防重卖：{cards} 张后来卖出的卡标成已售，{orders} 个订单列给人工补单',
      swap: '和线上对调（一条语句），原来的表留着',
      undo: '撤销试一次：线上又是被删之后的样子',
      'swap-again': '再换回来',
      'by-hand':
        '同一件事用手工做：导入 dump {load} 秒，mariadb-binlog 重放 {replay} 秒（位置已经有人找好，没有核对，没有对调和撤销）',
      backup2: '再做一次备份：{rows} 行，只写了 {writtenBytes}',
      destroy: '更大的灾难：{table} 又被删除，这台电脑也没了',
      recover: '在一台空电脑上，只凭恢复卡上的 24 个词，从一份云副本找回时间线：{snapshots} 个快照（{sources}）',
      'new-server': '新服务器就绪（{version}）',
      restore: '从 {from} 恢复 {tables} 张表 {rows} 行，并逐段核对摘要',
    },
    second: {
      title: '证据（被删前一秒 = 换上去之后）：',
      rows: '行数',
      paid: '已付订单合计（元）',
      checksums: '数据库自己的 CHECKSUM TABLE（除卡密表外的表数 = 一致的表数）',
      ledgers: '按日志推算的账 = 服务器算出来的账（本）',
      guarded: '那之后卖出的卡 = 标成已售的卡',
      followUp: '那之后的订单 = 补单表里的订单',
      soldTwice: '会被卖第二次的卡（应为 0）',
      undone: '撤销后没有的表',
      redone: '再换上去之后的合计（元）',
      good: '回到了那一秒，一分不差，没有一张卡会卖两次。',
      bad: '核对没有通过：上面标 ✗ 的地方不一致。',
    },
    proof: {
      title: '证据（灾难前 = 恢复后）：',
      rows: '行数',
      digests: '区段摘要（应核对 = 已核对且一致）',
      checksums: '数据库自己的 CHECKSUM TABLE（表数 = 一致的表数）',
      paid: '已付订单合计（元）',
      good: '店回来了，一行不少，一分不差。',
      bad: '核对没有通过：上面标 ✗ 的地方不一致。',
    },
  },
  en: {
    title:
      'Shouhu demo: a card shop is backed up, lost and brought back (all on private servers of this machine)\ntime   took     what happened',
    steps: {
      servers: 'the shop opens: {version}, behind {sshd}, with two clouds, a second disk and a USB disk',
      keys: 'keys made, two recovery kits written ({files} files)',
      source:
        'connected through SSH (host key {fingerprint}), recognised {preset}, {rows} rows; card columns {secrets} are sealed apart',
      destinations: '{count} destinations added, each one written, read back and deleted from',
      backup:
        'snapshot: {tables} tables, {rows} rows, {readBytes} from the server, {writtenBytes} encrypted ({chunks} chunks), binlog {position}, paid orders ¥{sum}',
      copy: 'copied to {name}: {objectsCopied} objects, {bytesCopied}',
      verify: 'read back {name}: {read} objects, {bytesRead}, all sound',
      trade: 'the shop trades and its log is followed: {orders} cards sold',
      attack:
        'at 14:00 somebody deletes {deleted} orders; the shop sells {sold} more cards; then the tables of orders and cards are dropped',
      'find-crime': 'the rest of the log is fetched and the first blow found: {kind}, {table}, {rows} rows ({id})',
      'back-to-the-second':
        'back to just before it: the snapshot and {transactions} transactions of the log, {rows} rows, in {database}; resale guard: {cards} cards sold since are marked as sold, {orders} orders listed for a person',
      swap: 'changed places with the shop’s tables in one statement; the former ones are kept',
      undo: 'undo, to try it: the shop is as it was after the attack',
      'swap-again': 'and swapped in again',
      'by-hand':
        'the same by hand: {load} s to load the dump, {replay} s for mariadb-binlog (the place was found by somebody else; no proof, no swap, no undo)',
      backup2: 'another backup: {rows} rows, only {writtenBytes} written',
      destroy: 'a larger disaster: {table} is dropped again, and this computer is gone',
      recover:
        'on a bare computer, with the 24 words of the kit alone, the timeline is back from one cloud copy: snapshots: {snapshots} ({sources})',
      'new-server': 'a new server is ready ({version})',
      restore: 'restored {tables} tables, {rows} rows from {from}, every range digest compared',
    },
    second: {
      title: 'Proof (the second before the attack = after the swap):',
      rows: 'rows',
      paid: 'sum of paid orders (yuan)',
      checksums: "the database's own CHECKSUM TABLE (tables but the cards' = tables that agree)",
      ledgers: 'ledgers as the log says they must be = as the server counts them',
      guarded: 'cards sold since = cards marked as sold',
      followUp: 'orders since = orders listed for a person',
      soldTwice: 'cards that would be sold twice (must be 0)',
      undone: 'table that is gone after undo',
      redone: 'sum after the second swap (yuan)',
      good: 'Back at that second, equal to the cent, and no card will be sold twice.',
      bad: 'The proof does not hold: the lines marked ✗ differ.',
    },
    proof: {
      title: 'Proof (before the disaster = after the restore):',
      rows: 'rows',
      digests: 'range digests (to compare = compared and equal)',
      checksums: "the database's own CHECKSUM TABLE (tables = tables that agree)",
      paid: 'sum of paid orders (yuan)',
      good: 'The shop is back: not a row missing, equal to the cent.',
      bad: 'The proof does not hold: the lines marked ✗ differ.',
    },
  },
} as const;
