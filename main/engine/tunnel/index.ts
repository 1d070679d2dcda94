/** Public face of the tunnel. */
export { openTunnel, type RemoteCommand, type Tunnel, type TunnelConfig, type TunnelOptions } from './tunnel.ts';
export type { TunnelAuth } from './credentials.ts';
export { describeHostKey, normaliseFingerprint, type HostKey, type HostKeyPolicy } from './host-key.ts';
