import { Link } from '../../shared/components/link.js';
import { addressWith } from '../address.js';
import { t } from '../texts.js';

interface Props {
  page: number;
  page_size: number;
  total: number;
}

/** Which part of a list is shown, and the ways to the others. */
export function Pager({ page, page_size: size, total }: Props) {
  const last = Math.max(1, Math.ceil(total / size));
  const first = total === 0 ? 0 : (page - 1) * size + 1;
  const values = { first, last: Math.min(total, page * size), total };
  const to = (other: number) => addressWith({ page: other === 1 ? '' : String(other) });
  return (
    <div class="pager">
      <p class="hint">{t('list.shown', values)}</p>
      {page > 1 && <Link to={to(Math.min(page - 1, last))}>{t('list.before')}</Link>}
      {page < last && <Link to={to(page + 1)}>{t('list.after')}</Link>}
    </div>
  );
}
