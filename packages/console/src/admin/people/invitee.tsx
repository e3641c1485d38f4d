import type { Role } from '@ergodrive/client';
import type { Failure } from '../../shared/call.js';
import { Field } from '../../shared/components/field.js';
import { Select } from '../../shared/components/select.js';
import { fieldText } from '../../shared/failure-text.js';
import { languageName } from '../../shared/language.js';
import { settings } from '../../shared/settings.js';
import { t } from '../texts.js';

export type Typed = Record<'email' | 'role' | 'locale', string>;

/** What the API gets of {@link Invitee}. */
export const whom = ({ email, role, locale }: Typed) => ({
  email,
  // One of those that the service has named.
  role: role as Role,
  ...(locale === '' ? {} : { locale }),
});

/** Whom an account or an invitation is for. */
export function Invitee({ failure }: { failure: Failure | undefined }) {
  const { roles = [], default_role: role = '', languages = [] } = settings.value ?? {};
  return (
    <>
      <Field
        label={t('field.email')}
        name="email"
        type="email"
        autocomplete="off"
        error={fieldText(failure, 'email')}
      />
      <Select label={t('person.role')} name="role" value={role} options={roles.map((each) => [each, each])} />
      <Select
        label={t('profile.language')}
        name="locale"
        value=""
        options={[
          ['', t('profile.no_language')],
          ...languages.map((tag) => [tag, languageName(tag)] as const),
        ]}
      />
    </>
  );
}
