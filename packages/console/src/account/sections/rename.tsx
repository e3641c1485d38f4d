import type { SessionDto } from '@ergodrive/client';
import { useEffect, useRef } from 'preact/hooks';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { fieldText } from '../../shared/failure-text.js';
import { t } from '../../shared/language.js';
import { sessionsVersion } from '../../shared/session.js';
import { useAction } from '../../shared/use-action.js';

/** The name of a device. An empty one brings back what its user agent says. */
export function Rename({ session, onClose }: { session: SessionDto; onClose: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.querySelector('input')?.focus(), []);
  const action = useAction(async ({ device_name }: { device_name: string }) => {
    const body = { device_name: device_name.trim() || null };
    const outcome = await call(() => client.api.sessions.name({ path: { id: session.id }, body }));
    if (outcome.problem !== undefined) return outcome;
    sessionsVersion.value += 1;
    onClose();
    return outcome;
  });
  return (
    <div ref={place} onKeyDown={({ key }) => key === 'Escape' && onClose()}>
      <Form
        action={action}
        button={t('action.save')}
        beside={
          <button type="button" onClick={onClose}>
            {t('action.cancel')}
          </button>
        }
      >
        <Field
          label={t('devices.name')}
          name="device_name"
          autocomplete="off"
          hint={t('devices.name_hint')}
          maxLength={100}
          required={false}
          value={session.device_name ?? ''}
          error={fieldText(action.failure, 'device_name')}
        />
      </Form>
    </div>
  );
}
