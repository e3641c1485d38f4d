import type { ClientDto } from '@ergodrive/client';
import type { Failure } from '../../shared/call.js';
import { fieldText } from '../../shared/failure-text.js';
import { t } from '../texts.js';

type Scope = ClientDto['scopes'][number];

const SCOPES: readonly Scope[] = [
  'introspection',
  'events',
  'events:users',
  'users',
  'password',
  'end_user_address',
  'one_time_tokens',
];
/** As a registration without scopes (docs/oauth.md). */
export const DEFAULT_SCOPES: readonly Scope[] = ['introspection', 'events'];

/** What was chosen in {@link Scopes}. */
export const scopesOf = (typed: Readonly<Record<string, string>>): Scope[] =>
  SCOPES.filter((scope) => typed[scope] !== undefined);

/** What a client may do. */
export function Scopes({ chosen, failure }: { chosen: readonly Scope[]; failure: Failure | undefined }) {
  const mistake = fieldText(failure, 'scopes');
  return (
    <fieldset aria-describedby={mistake && 'scopes-error'}>
      <legend>{t('clients.scopes')}</legend>
      {SCOPES.map((scope) => (
        <label key={scope} class="check">
          <input type="checkbox" name={scope} defaultChecked={chosen.includes(scope)} />
          <span>
            {t(`scope.${scope}`)} <code>{scope}</code>
          </span>
        </label>
      ))}
      {mistake && (
        <p class="mistake" id="scopes-error">
          {mistake}
        </p>
      )}
    </fieldset>
  );
}
