export { SiteLine } from './SiteLine.tsx';
export { SitePage } from './SitePage.tsx';
export { createSiteStore, type SiteStore } from './site-store.ts';
