import type { Session } from 'electron';

/** The page copies fingerprints and file names for people; it needs nothing else of the machine. */
export function isPermitted(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

type Guarded = Pick<
  Session,
  'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
>;

export function denyPermissions(session: Guarded): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(isPermitted(permission)));
  session.setPermissionCheckHandler((_contents, permission) => isPermitted(permission));
  session.setDevicePermissionHandler(() => false);
}
