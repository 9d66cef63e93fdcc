/**
 * Numbers of emergency services by ISO 3166 region, where they are others than 112 and 911, which mobile networks
 * everywhere connect (3GPP TS 22.101 section 10.1). The list of the settings goes before it.
 */
const byRegion: Readonly<Record<string, readonly string[]>> = {
  AE: ['112', '997', '998', '999'],
  AR: ['107', '100', '101', '911'],
  AT: ['112', '122', '133', '144'],
  AU: ['000', '106', '112'],
  BE: ['112', '100', '101'],
  BR: ['190', '192', '193'],
  CA: ['911'],
  CH: ['112', '117', '118', '144', '1414'],
  CL: ['131', '132', '133'],
  CN: ['110', '119', '120', '122'],
  CZ: ['112', '150', '155', '158'],
  DE: ['112', '110'],
  EG: ['122', '123', '180'],
  ES: ['112', '091', '092', '061', '080'],
  FR: ['112', '15', '17', '18', '114'],
  GB: ['999', '112'],
  GR: ['112', '100', '166', '199'],
  HK: ['999', '112'],
  HU: ['112', '104', '105', '107'],
  ID: ['112', '110', '113', '118'],
  IE: ['112', '999'],
  IL: ['100', '101', '102', '112'],
  IN: ['112', '100', '101', '102', '108'],
  IT: ['112', '113', '115', '118'],
  JP: ['110', '119', '118'],
  KE: ['999', '112', '911'],
  KR: ['112', '119'],
  LI: ['112', '117', '118', '144'],
  LU: ['112', '113'],
  MX: ['911'],
  MY: ['999', '112'],
  NG: ['112', '199'],
  NO: ['110', '112', '113'],
  NZ: ['111'],
  PH: ['911'],
  PK: ['15', '16', '115', '1122'],
  PL: ['112', '997', '998', '999'],
  RU: ['112', '101', '102', '103'],
  SA: ['911', '997', '998', '999'],
  SG: ['999', '995'],
  TH: ['191', '199', '1669'],
  TR: ['112'],
  TW: ['110', '119'],
  UA: ['112', '101', '102', '103'],
  US: ['911'],
  VN: ['112', '113', '114', '115'],
  ZA: ['112', '10111', '10177'],
};

const elsewhere: readonly string[] = ['112', '911'];

/**
 * Whether what is dialled reaches emergency services. Compared as typed, without what is written around digits: no
 * rule and no prefix is applied to it.
 */
export function isEmergencyNumber(
  dialled: string,
  region: string | undefined,
  configured: readonly string[] = [],
): boolean {
  const number = dialled.replace(/[\s.\-()/]/g, '');
  const known =
    configured.length > 0 ? configured : ((region === undefined ? undefined : byRegion[region]) ?? elsewhere);
  return known.includes(number);
}
