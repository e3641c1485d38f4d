import { Field } from '../../shared/components/field.js';
import { Select } from '../../shared/components/select.js';
import { settings } from '../../shared/settings.js';
import { filterOf } from '../address.js';
import { Filter } from '../components/filter.js';
import { t } from '../texts.js';

/** The filters of the list that the address has, as the API takes them. */
export function peopleFilters() {
  const [role, state] = [filterOf('role'), filterOf('state')];
  return {
    q: filterOf('q'),
    ...(role !== '' && { role }),
    ...((state === 'active' || state === 'inactive') && { is_active: state === 'active' }),
  };
}

/** Which people are listed. */
export function PeopleFilter() {
  const [q, role, state] = [filterOf('q'), filterOf('role'), filterOf('state')];
  const roles = settings.value?.roles ?? [];
  const any = ['', t('list.any')] as const;
  return (
    <Filter button={t('people.search')}>
      <Field
        key={`q ${q}`}
        label={t('people.query')}
        name="q"
        type="search"
        autocomplete="off"
        required={false}
        maxLength={254}
        value={q}
      />
      <Select
        key={`role ${role}`}
        label={t('person.role')}
        name="role"
        value={role}
        options={[any, ...roles.map((each) => [each, each] as const)]}
      />
      <Select
        key={`state ${state}`}
        label={t('person.state')}
        name="state"
        value={state}
        options={[any, ['active', t('person.active')], ['inactive', t('person.inactive')]]}
      />
    </Filter>
  );
}
