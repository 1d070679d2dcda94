import { AppError } from '../../../../shared/errors/app-error.ts';
import { cloudProvider, type CloudProviderId } from '../../../../shared/model/cloud-providers.ts';

export interface S3Place {
  readonly provider: CloudProviderId;
  readonly region?: string | undefined;
  /** Overrides the table's address: internal networks, self-hosted services. */
  readonly endpoint?: string | undefined;
}

export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
}

/** The address and the region to sign with. Missing or odd parts are `usage.bad-argument` with facts {argument}. */
export function addressOf({ provider, region, endpoint }: S3Place): S3Address {
  const row = cloudProvider(provider);
  const signing = filled(region) ?? row.defaultRegion;
  if (signing === '') throw badArgument('region');
  if (endpoint !== undefined && endpoint !== '') return { endpoint: checkedEndpoint(endpoint), region: signing };
  if (row.endpoint === undefined) throw badArgument('endpoint');
  return { endpoint: chinaOf(row.endpoint, signing).replace('{region}', signing), region: signing };
}

/** An `http(s)` address without user, query or fragment, and without its last slash; else `usage.bad-argument` with facts {argument}. */
export function checkedEndpoint(endpoint: string, argument = 'endpoint'): string {
  const url = URL.parse(endpoint);
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  if (!isWeb || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw badArgument(argument);
  }
  return endpoint.replace(/\/+$/, '');
}

/** Amazon's two regions in mainland China have a top-level domain of their own. */
function chinaOf(template: string, region: string): string {
  return region.startsWith('cn-') && template.endsWith('.amazonaws.com') ? `${template}.cn` : template;
}

/** Undefined when empty; it goes into a host name, so nothing but letters, digits and dashes. */
function filled(region: string | undefined): string | undefined {
  if (region === undefined || region === '') return undefined;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(region)) throw badArgument('region');
  return region;
}

function badArgument(argument: string): AppError {
  return new AppError('usage.bad-argument', { argument });
}
