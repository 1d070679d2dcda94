import type { ErrorText } from './error-text.ts';

/** 冷备盘的错误说法。 */
export const diskErrorsZh = {
  'disk.marker-refused': {
    message: '“{{path}}”里的盘标记（shouhu-disk.json）不是你的守护写的，或被改动过，所以没有往这个文件夹写任何东西。',
    remedy:
      '先确认插的是自己的盘。里面的备份本身不靠这个标记：确认无误后，删掉这个文件，再用 shouhu destination test 试一次，会重新写上。',
  },
  'disk.twins': {
    message:
      '两块盘带着同一个标记：“{{first}}”和“{{second}}”。其中一块多半是另一块的拷贝，分不清该写哪一块，所以哪块都没有写。',
    remedy:
      '拔下其中一块再试。想把拷贝当作另一块盘轮换，先删掉它里面的 shouhu-disk.json，再用 shouhu destination add 添加。',
  },
  'disk.known-already': {
    message: '这块盘已经在用了，名字是“{{name}}”。没有改动。',
    remedy: '直接使用“{{name}}”即可；想换名字，先移除它（盘里的备份会保留），再重新添加。',
  },
  'disk.not-cold': {
    message: '“{{name}}”不是冷备盘或异地盘，不能这样轮换。什么都没有执行。',
    remedy: '运行 shouhu cold list 看看哪些盘在轮换；要让一块盘加入轮换，添加时用 --role cold 或 --role offsite。',
  },
  'disk.pulled-out': {
    message:
      '“{{name}}”在中途被拔下了。没有损坏任何东西：盘里原有的备份完好，这次已经复制的 {{objects}} 个数据块也都留着。',
    remedy: '方便时再插上它，运行同一个操作，会从断开的地方接着来。',
  },
  'disk.no-room': {
    message:
      '“{{name}}”连最新的快照也放不下：要 {{needed}}；盘上空着 {{free}}，其中 {{kept}} 要留着不写满，差 {{short}}。什么都没有写，原有的备份完好。',
    remedy: '把盘上别的文件移走，或换一块更大的盘（至少再大 {{short}}）。',
  },
  'disk.no-room-for-all': {
    message:
      '“{{name}}”没有放下该有的全部快照：有 {{count}} 个没有写进去，差 {{short}}（留出 5% 不写满）。其余的都写好了，原有的备份完好，但还不算备齐。',
    remedy: '清理这块盘上的旧快照，或把别的文件移走，或换一块更大的盘（至少再大 {{short}}），再来一次。',
  },
  'disk.already-running': {
    message: '“{{name}}”正在写入，这次没有再开始一遍。',
    remedy: '等它完成，会告诉你什么时候可以拔下。',
  },
  'disk.not-flushed': {
    message:
      '系统没能确认数据都已写到“{{name}}”上（盘可能快坏了，或写得太慢），所以这一轮不算数：刚才读回核对的，可能只是还在电脑内存里的。',
    remedy: '先用系统的“安全删除硬件”弹出，再拔下。下次插上重新走一轮；要是又这样，请换一块盘。',
  },
  'disk.no-source': {
    message: '没有别的副本可以复制到“{{name}}”。盘没有动。',
    remedy: '先备份到主硬盘或第二块硬盘：shouhu backup；再插上这块盘。',
  },
} as const satisfies Record<string, ErrorText>;
