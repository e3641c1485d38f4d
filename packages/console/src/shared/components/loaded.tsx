import type { ComponentChildren } from 'preact';
import { t } from '../language.js';
import type { Resource } from '../use-resource.js';
import { Failed } from './notice.js';

interface Props<Data> {
  of: Resource<Data>;
  children: (data: Data) => ComponentChildren;
}

/** What was read, or that it is being read, or why it could not be. */
export function Loaded<Data>({ of: { data, failure, reload }, children }: Props<Data>) {
  return (
    <>
      {failure && (
        <div class="failed">
          <Failed failure={failure} />
          <button type="button" onClick={reload}>
            {t('action.again')}
          </button>
        </div>
      )}
      {data !== undefined ? children(data) : !failure && <Loading />}
    </>
  );
}

export const Loading = () => (
  <p class="loading" role="status">
    <span class="spinner" aria-hidden="true" />
    {t('state.loading')}
  </p>
);
