import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Digits that nobody has grouped yet; shorter ones are extensions and service codes. */
const bareNumber = /^\+?\d{7,15}$/;

/**
 * The number as people write it: `+442079460101` becomes `+44 20 7946 0101`, and in Great Britain `02079460101` becomes
 * `020 7946 0101`. What is no bare number, or none of the world or of that region (ISO 3166-1 alpha-2), stays as it is:
 * who grouped it already knows better. Every digit and a leading + stay, so that it dials the same.
 */
export function readableNumber(number: string, region?: string): string {
  if (!bareNumber.test(number)) return number;
  const country = region !== undefined && isSupportedCountry(region) ? region : undefined;
  if (!number.startsWith('+') && country === undefined) return number;
  const parsed = parsePhoneNumberFromString(number, country === undefined ? {} : { defaultCountry: country });
  if (parsed?.isPossible() !== true) return number;
  const readable = number.startsWith('+') ? parsed.formatInternational() : parsed.formatNational();
  return readable.replace(/\D/g, '') === number.replace(/\D/g, '') ? readable : number;
}
