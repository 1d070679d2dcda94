/** Every message that may cross the page's border, by name only: the preload bundles this file and nothing else. */
export const commandNames = [
  'app.state',
  'app.setLanguage',
  'app.chooseFolder',
  'app.chooseSshKey',
  'app.chooseSqlFile',
  'app.openKit',
  'app.openLink',
  'home.init',
  'home.unlock',
  'source.add',
  'source.try',
  'source.list',
  'source.test',
  'source.set',
  'source.remove',
  'destination.add',
  'destination.try',
  'destination.list',
  'destination.test',
  'destination.set',
  'destination.remove',
  'backup.run',
  'snapshots.list',
  'snapshot.show',
  'copy.run',
  'verify.run',
  'prune.run',
  'restore.run',
  'recover.run',
  'checklist',
  'doctor',
  'demo.open',
  'demo.destroy',
  'demo.close',
  'jobs.list',
  'job.cancel',
] as const;

export const noticeNames = ['job.progress', 'jobs.changed', 'catalog.changed', 'engine.state'] as const;

export type CommandName = (typeof commandNames)[number];
export type NoticeName = (typeof noticeNames)[number];
