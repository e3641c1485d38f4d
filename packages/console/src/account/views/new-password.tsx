import type { Failure } from '../../shared/call.js';
import { Field } from '../../shared/components/field.js';
import { fieldText } from '../../shared/failure-text.js';
import { t } from '../../shared/language.js';
import { settings } from '../../shared/settings.js';

interface Props {
  failure: Failure | undefined;
  name: 'password' | 'new_password';
}

/** The input of a password that somebody chooses. The service has the rules; the page says the least length. */
export function NewPassword({ failure, name }: Props) {
  return (
    <Field
      label={t(name === 'password' ? 'field.password' : 'field.new_password')}
      name={name}
      type="password"
      autocomplete="new-password"
      hint={t('field.password_hint', { min: settings.value?.password.min ?? '' })}
      error={fieldText(failure, name)}
    />
  );
}
