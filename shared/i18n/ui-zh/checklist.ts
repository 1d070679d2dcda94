/** The checklist: items, states, evidence, what to do. */
export const checklistZh = {
  checklist: {
    title: '检查清单',
    subtitle: '只看证据，不看设置：每一项都写着看到了什么、什么时候看到的',
    first: '六项基本功',
    more: '另外四项',
    summary: '{{ok}} 项做到了，{{todo}} 项还要做，{{unknown}} 项还看不到',
    refresh: '重新检查',
    since: '自 {{date}}',
    evidence: '看到的证据',
    noEvidence: '还没有看到证据',
    todo: '要做的事',
    nothing: '现在不用做什么。',
    unknownText: '这项功能还没有做好，所以这里如实写「看不到」，不算做到。',
    state: { ok: '做到了', warn: '要留意', fail: '还没做到', unknown: '看不到' },
    item: {
      replica: '从库：另一台随时能接班的数据库',
      'daily-snapshot-second-disk': '每天一个快照，写到第二块硬盘',
      'two-clouds-encrypted': '两家云各有一份加密副本',
      'weekly-cold-offsite': '每周一份离线副本，放在别处',
      'restore-tested': '恢复演练过，并且核对无误',
      'card-vault': '卡密单独加密',
      coverage: '店铺的数据都备份到了',
      'recovery-kit': '恢复卡打印好，并且试过',
      'stream-rpo': '日志流：最多丢几秒的交易',
      alarm: '备份没成功时会收到提醒',
    },
  },
  evidence: {
    other: '看到：{{id}}',
  },
  todo: {
    other: '建议：{{id}}',
  },
};
