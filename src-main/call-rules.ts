import type { CallSettings } from './calls/call-settings.ts';
import { isEmergencyNumber } from './calls/emergency-numbers.ts';
import { readCallSettings } from './config/call-settings-reader.ts';
import type { SettingsReader } from './config/settings.ts';
import { DialPlan } from './dial-plan/dial-plan.ts';
import { keypadOf } from './dial-plan/keypad.ts';

/** What the settings and the language of this computer say about calls and numbers, read anew each time. */
export class CallRules {
  readonly #settings: Pick<SettingsReader, 'get'>;

  constructor(settings: Pick<SettingsReader, 'get'>) {
    this.#settings = settings;
  }

  /** ISO 3166 region of numbers without a country code: the one that was set, else that of the computer's language. */
  region(): string | undefined {
    const set = this.#settings.get('calls.region');
    return set === '' ? new Intl.Locale(systemLocale()).maximize().region : set;
  }

  callSettings(): CallSettings {
    return readCallSettings((key) => this.#settings.get(key));
  }

  isEmergency(number: string): boolean {
    return isEmergencyNumber(number, this.region(), this.#settings.get('calls.emergencyNumbers'));
  }

  dialPlan(): DialPlan {
    const keypad = keypadOf(systemLocale());
    return new DialPlan(() => ({
      region: this.region(),
      keypad,
      extensionDigits: this.#settings.get('calls.extensionDigits'),
      applicationRules: this.#settings.get('calls.dialRules'),
      lookupRules: this.#settings.get('calls.lookupRules'),
      isEmergency: (number) => this.isEmergency(number),
    }));
  }
}

function systemLocale(): string {
  // The same answer as that of Intl.DateTimeFormat, which takes 10 ms when it is first asked.
  return navigator.language;
}
