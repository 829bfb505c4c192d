import type { ComponentProps } from "react";
import { Icon, type IconName } from "./icons";
import css from "./button.module.css";

interface Props extends ComponentProps<"button"> {
  tone?: "primary" | "quiet" | "plain";
  icon?: IconName;
}

export function Button({ tone = "plain", icon, className, children, type = "button", ...rest }: Props) {
  return (
    <button type={type} className={`${css.button} ${css[tone]} ${className ?? ""}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
