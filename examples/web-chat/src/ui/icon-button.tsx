import type { ButtonHTMLAttributes, ReactElement } from 'react'
import { Icon, type IconName } from './icon'

type Props = { icon: IconName; label: string } & Omit<
  ButtonHTMLAttributes<HTMLButtonElement>,
  'aria-label' | 'type'
>

export function IconButton({ icon, label, className = '', ...rest }: Props): ReactElement {
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  )
}
