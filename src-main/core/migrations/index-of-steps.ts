import type { Migration } from '../store.ts';
import { settingsStep } from './001-settings.ts';

/** Every step of the schema in the order of its number. Add at the end; never change a step that was released. */
export const migrationSteps: readonly Migration[] = [settingsStep];
