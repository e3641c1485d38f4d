import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Loading } from '../../shared/components/loaded.js';
import { Notice } from '../../shared/components/notice.js';
import { Select } from '../../shared/components/select.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { languageName, t } from '../../shared/language.js';
import { user } from '../../shared/session-state.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';

export function Profile() {
  const action = useAction(async ({ full_name, locale }: Record<'full_name' | 'locale', string>) => {
    const body = locale === '' ? { full_name } : { full_name, locale };
    const outcome = await call(() => client.api.me.update({ body }));
    if (outcome.data !== undefined) user.value = outcome.data;
    return outcome;
  });
  const account = user.value;
  if (account === undefined) return <Loading />;
  const languages = settings.value?.languages ?? [];
  return (
    <View title={t('profile.title')}>
      {action.isDone && <Notice kind="success">{t('profile.done')}</Notice>}
      <Form action={action} button={t('action.save')}>
        <Field
          key={account.full_name}
          label={t('field.full_name')}
          name="full_name"
          autocomplete="name"
          maxLength={200}
          value={account.full_name}
          error={fieldText(action.failure, 'full_name')}
        />
        <Select
          label={t('profile.language')}
          name="locale"
          hint={t('profile.language_hint')}
          value={account.locale ?? ''}
          options={[
            ...(account.locale === null ? [['', t('profile.no_language')] as const] : []),
            ...withOwn(languages, account.locale).map((tag) => [tag, languageName(tag)] as const),
          ]}
        />
      </Form>
    </View>
  );
}

/** An account may have a language without texts of its own, such as `de-AT`. */
const withOwn = (languages: readonly string[], own: string | null): readonly string[] =>
  own === null || languages.includes(own) ? languages : [...languages, own];
