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
      destroy: '灾难：{table} 被删除',
      recover: '在一台空电脑上，只凭恢复卡上的 24 个词，从一份云副本找回时间线：{snapshots} 个快照（{sources}）',
      'new-server': '新服务器就绪（{version}）',
      restore: '从 {from} 恢复 {tables} 张表 {rows} 行，并逐段核对摘要',
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
      destroy: 'disaster: {table} is dropped',
      recover:
        'on a bare computer, with the 24 words of the kit alone, the timeline is back from one cloud copy: snapshots: {snapshots} ({sources})',
      'new-server': 'a new server is ready ({version})',
      restore: 'restored {tables} tables, {rows} rows from {from}, every range digest compared',
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
