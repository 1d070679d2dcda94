export type WhichKit = 'main' | 'vault';
export type KitLanguage = 'zh' | 'en';

export interface KitText {
  readonly title: string;
  /** Who may hold this paper, and what its holder can do. */
  readonly holder: string;
  /** Under the QR code. */
  readonly qr: string;
  /** What a lost paper means. */
  readonly revoking: string;
  readonly placesHeading: string;
  readonly stepsHeading: string;
  /** In order, on a computer that has nothing. */
  readonly steps: readonly string[];
}

/** The sentences on the paper. They are read on the worst day, by someone who has only this page. */
export const kitTexts: Readonly<Record<KitLanguage, Readonly<Record<WhichKit, KitText>>>> = {
  zh: {
    main: {
      title: '守护 恢复卡 · 主钥匙',
      holder: '拿到此纸的人可以读取全部备份（卡密除外）。请放进保险柜，或交给你完全信任的人；不要拍照，不要存进网盘。',
      qr: '扫码得到 24 个词，和下面的一样',
      revoking:
        '此纸丢失时：写一张新的，再作废这一张（shouhu key revoke 本页编号）。旧副本如果已被人复制走，作废管不到它。',
      placesHeading: '副本放在这些地方（没写全的请手写补上）',
      stepsHeading: '在一台空电脑上找回数据',
      steps: [
        '在新电脑上安装守护。',
        '接上任意一份副本所在的磁盘；副本在云上时，准备好存储桶的名字和密钥。',
        '运行：shouhu recover --from 副本文件夹 ，按提示输入 24 个恢复词。副本在云上时运行：shouhu recover --s3 服务商 --bucket 存储桶 --access-key-env 变量名 --secret-key-env 变量名',
        '运行 shouhu snapshots 看快照，运行 shouhu restore 恢复，按提示输入口令。忘了口令：把 24 个词存成只有自己能读的 words.txt，在命令后面加上 --words-file words.txt',
        '装不了守护时：每份副本里都有 recover.mjs（运行前可用它的 SHA-256 和本页核对；对不上时，用旁边那个名字印在本页上的）。装好 Node.js 22.15 或更新版本，运行：node recover.mjs --repository 副本文件夹 --sql shop.sql --words-file words.txt ，得到普通的 .sql 文件。用完删除 words.txt。',
        '需要卡密时，还要用到另一张“卡密保险库”恢复卡。',
      ],
    },
    vault: {
      title: '守护 恢复卡 · 卡密保险库',
      holder:
        '拿到此纸和任意一份副本的人，可以打开卡密。卡密就是钱：请和主钥匙那张、和副本都分开存放，只交给可以管钱的人。',
      qr: '扫码得到 24 个词，和下面的一样',
      revoking:
        '此纸丢失时：写一张新的，再作废这一张（shouhu key revoke 本页编号）。旧副本如果已被人复制走，作废管不到它。',
      placesHeading: '副本放在这些地方（没写全的请手写补上）',
      stepsHeading: '在一台空电脑上取回卡密',
      steps: [
        '先用“主钥匙”恢复卡找回备份；这一张只能打开卡密，读不出订单和其他数据。',
        '记得保险库口令：运行 shouhu restore 或 shouhu export 时加上 --open-vault ，按提示输入保险库口令。',
        '忘了保险库口令：把本页的 24 个词存成只有自己能读的 vault-words.txt，在上面的命令后面再加上 --vault-words-file vault-words.txt',
        '装不了守护时：装好 Node.js 22.15 或更新版本，把主钥匙的 24 个词存成 words.txt，运行副本里的程序：node recover.mjs --repository 副本文件夹 --sql shop.sql --words-file words.txt --vault-words-file vault-words.txt',
        '得到的 shop.sql 里有明文卡密。用完之后，把它和两个 txt 文件都删除。',
      ],
    },
  },
  en: {
    main: {
      title: 'Shouhu recovery kit · main key',
      holder:
        'Whoever holds this paper can read every backup (except card secrets). Keep it in a safe or with someone you trust entirely; no photo, no cloud drive.',
      qr: 'Scanning gives the 24 words below',
      revoking:
        'If this paper is lost: write a new one, then revoke this one (shouhu key revoke THIS SHEET). A copy that somebody has taken away before is out of its reach.',
      placesHeading: 'Copies are at these places (add the others by hand)',
      stepsHeading: 'Getting the data back on a bare computer',
      steps: [
        'Install Shouhu on the new computer.',
        'Connect the disk with any one copy; for a cloud copy have the bucket’s name and keys ready.',
        'Run: shouhu recover --from FOLDER and type the 24 words when asked. For a cloud copy: shouhu recover --s3 PROVIDER --bucket BUCKET --access-key-env NAME --secret-key-env NAME',
        'Run shouhu snapshots to look and shouhu restore to restore; type the passphrase when asked. Forgotten: save the 24 words as words.txt, readable by you alone, and add --words-file words.txt to the command.',
        'Without Shouhu: every copy holds recover.mjs (compare its SHA-256 with this page first; if it differs, use the one beside it whose name is on this page). Install Node.js 22.15 or newer and run: node recover.mjs --repository FOLDER --sql shop.sql --words-file words.txt for a plain .sql file. Delete words.txt afterwards.',
        'Card secrets need the other kit, “card vault”, as well.',
      ],
    },
    vault: {
      title: 'Shouhu recovery kit · card vault',
      holder:
        'Whoever holds this paper and any copy can open card secrets. They are cash: keep it apart from the main key and from the copies, with someone who may handle money.',
      qr: 'Scanning gives the 24 words below',
      revoking:
        'If this paper is lost: write a new one, then revoke this one (shouhu key revoke THIS SHEET). A copy that somebody has taken away before is out of its reach.',
      placesHeading: 'Copies are at these places (add the others by hand)',
      stepsHeading: 'Getting card secrets back on a bare computer',
      steps: [
        'First use the “main key” kit: this one opens card secrets only, not orders or anything else.',
        'Vault passphrase at hand: add --open-vault to shouhu restore or shouhu export and type it when asked.',
        'Vault passphrase forgotten: save the 24 words of this page as vault-words.txt, readable by you alone, and add --vault-words-file vault-words.txt as well.',
        'Without Shouhu: install Node.js 22.15 or newer, save the words of the main key as words.txt, and run the program in the copy: node recover.mjs --repository FOLDER --sql shop.sql --words-file words.txt --vault-words-file vault-words.txt',
        'shop.sql then holds card secrets in clear. After loading it, delete it and both txt files.',
      ],
    },
  },
};
