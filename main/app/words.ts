import type { Language } from '../../shared/ipc/contract.ts';

/** The few sentences that the app itself says, outside the page. */
const zh = {
  appName: '数据守护者',
  quitQuestion: '正在进行的任务还没有完成，要退出吗？',
  quitDetail: '退出会停下这个任务。已写入的数据都还在，下次会接着用；店铺不受影响。',
  quitStay: '继续运行',
  quitLeave: '停下并退出',
  folderKit: '恢复卡放在哪个文件夹',
  folderMain: '备份放在哪个文件夹',
  folderRecover: '选择存有副本的文件夹',
  folderFiles: '文件恢复到哪个文件夹（要空的）',
  sshKey: '选择 SSH 私钥文件',
  sqlFile: '把 SQL 文件存为',
  chooseThis: '选择',
};

const en: typeof zh = {
  appName: 'Shouhu',
  quitQuestion: 'A job is still running. Quit?',
  quitDetail: 'Quitting stops it. What has been written is kept and used again next time; the shop is not affected.',
  quitStay: 'Keep running',
  quitLeave: 'Stop and quit',
  folderKit: 'Folder for the recovery kit',
  folderMain: 'Folder for the backups',
  folderRecover: 'Folder that holds the copy',
  folderFiles: 'Folder for the files (an empty one)',
  sshKey: 'SSH private key file',
  sqlFile: 'Save the SQL file as',
  chooseThis: 'Choose',
};

export function wordsIn(language: Language): typeof zh {
  return language === 'zh' ? zh : en;
}

/** The language of a system that speaks `locale`, such as `zh-CN`. */
export function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
