function A(o){return{async render({model:e,el:t,load:r=P(e)}){let a=document.createElement("div");a.innerHTML=e.get("figure");let n=document.createElement("div");n.style.visibility="hidden",n.addEventListener("focusin",({target:s})=>{s.setAttribute("data-lm-suppress-shortcuts","")}),t.replaceChildren(a,n);try{let s=await o.render({model:e,el:n,load:r});return n.style.visibility="",a.remove(),s}catch(s){n.remove(),D(t,s)}}}}function P(o){return e=>new Promise((t,r)=>{let a=setTimeout(()=>r(new Error(`The file ${e} did not come: is the notebook's kernel running?`)),2e4),n=(s,l)=>{if(s.file!==e)return;clearTimeout(a),o.off("msg:custom",n);let[{buffer:f,byteOffset:i,byteLength:m}]=l;t(f.slice(i,i+m))};o.on("msg:custom",n),o.send({file:e})})}function D(o,e){let t=e instanceof Error?e.message:String(e),r=document.createElement("p");r.className="component-message",r.setAttribute("role","status"),r.textContent=`This part of the page can do more, but it did not start. ${t}`,o.append(r)}var S=`/* What all components share. Colors are those of the book (assets/course.css) and of its figures. */
.lc {
  color-scheme: light dark;
  --page: light-dark(#fff, #14181e);
  --text: light-dark(#222832, #dfe4ea);
  --soft: light-dark(#555d68, #a9b3bf);
  --line: light-dark(#c3c9d0, #46505c);
  --panel: light-dark(#f4f6f8, #1d232b);
  --accent: light-dark(#0a5c94, #79bbef);
  --look: light-dark(#a84300, #f5a36b);
  --mark: light-dark(#000, #fff);
  container-type: inline-size;
  position: relative;
  margin: 1.5rem 0;
  background: var(--page);
  color: var(--text);
  font-size: 0.875rem;
  line-height: 1.4;
}
html[data-theme="light"] .lc, body[data-jp-theme-light="true"] .lc { color-scheme: light; }
html[data-theme="dark"] .lc, body[data-jp-theme-light="false"] .lc { color-scheme: dark; }
.lc *, .lc *::before { box-sizing: border-box; }
.lc [hidden] { display: none !important; }
.lc :is(p, table) { margin: 0; }
.lc :is(table, tbody, thead, tr, th, td, caption) { border: 0; background: none; color: inherit; }
.lc :is(tbody, thead, tr, th, td) { font-size: inherit; }
.lc-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

/* The scale: orange below zero, blue above */
.lc-minus { background: light-dark(#c04f00, #f0a040); }
.lc-zero { background: light-dark(#fff, #14181e); }
.lc-plus { background: light-dark(#005a96, #62b8f0); }
.lc-scale { display: flex; align-items: center; justify-content: end; gap: 0.4rem; color: var(--soft); font-size: 0.75rem; }
.lc-bar { position: relative; width: 9rem; height: 0.7rem; border: 1px solid var(--line); background: linear-gradient(90deg, light-dark(#c04f00, #f0a040), var(--page), light-dark(#005a96, #62b8f0)); }
.lc-bar i { position: absolute; width: 1px; height: 100%; opacity: 0; }

/* What can be pressed */
.lc :is(button, select, input[type="number"]) {
  min-width: 1.9rem;
  min-height: 1.9rem;
  padding: 0.15rem 0.5rem;
  border: 1px solid var(--line);
  border-radius: 0.3rem;
  background: var(--page);
  color: var(--text);
  font: inherit;
  cursor: pointer;
}
.lc input[type="number"] { width: 4.2rem; cursor: auto; }
.lc button:hover { border-color: var(--accent); }
.lc button:disabled { opacity: 0.5; cursor: default; }
.lc button:is([aria-pressed="true"], .lc-main) { border-color: var(--accent); background: var(--accent); color: var(--page); }
.lc :is(button, select, input, summary, .lc-scroll, [tabindex]):focus-visible {
  outline: 3px solid var(--look);
  outline-offset: 2px;
}
.lc-row { display: flex; flex-wrap: wrap; gap: 0.3rem; align-items: center; }
.lc label { display: inline-flex; align-items: center; gap: 0.35rem; margin: 0; }
.lc summary { cursor: pointer; padding: 0.25rem 0; }

.lc-picture { display: block; width: 100%; image-rendering: pixelated; }
/* Border and outline are not shown: they hand the colors of axes and dot to the script. */
.lc-plot { color: var(--accent); border: 0 solid var(--line); outline: 0 solid var(--look); }
.lc-scroll { overflow-x: auto; max-width: 100%; }
.lc-digits { display: grid; grid-template-columns: repeat(10, minmax(0, 2.4rem)); gap: 0.2rem; }
.lc .lc-digits button { min-width: 0; padding-inline: 0; }
.lc .lc-source { margin-top: 0.25rem; color: var(--soft); font-size: 0.8125rem; }
@media (prefers-reduced-motion: reduce) {
  .lc * { scroll-behavior: auto; transition: none; }
}
@media (forced-colors: active) {
  .lc-picture, .lc-bar { forced-color-adjust: none; }
}
`;var L=`.qz { font-size: 1rem; line-height: 1.5; }
.qz .qz-soft { color: var(--soft); font-size: 0.875rem; }
.qz a { color: var(--accent); text-decoration: underline; }

/* A question and its options; the theme has its own ideas of legends. */
.qz fieldset { min-width: 0; margin: 1.4rem 0 0; padding: 0; border: 0; }
.qz legend { float: none; width: auto; margin: 0; padding: 0; color: inherit; font-size: inherit; font-weight: 600; line-height: inherit; }
.qz-number { color: var(--soft); }
.qz-option { margin-top: 0.5rem; border: 1px solid var(--line); border-radius: 0.3rem; }
.qz-option:hover { border-color: var(--accent); }
.qz .qz-option label { display: flex; align-items: start; gap: 0.5rem; padding: 0.5rem 0.6rem; cursor: pointer; }
.qz code { color: inherit; }
.qz-option label span { min-width: 0; overflow-wrap: anywhere; }
.qz-option input { flex: none; width: 1.2rem; height: 1.2rem; margin: 0.15rem 0 0; accent-color: var(--accent); cursor: pointer; }
.qz .qz-why { padding: 0 0.6rem 0.6rem 2.3rem; overflow-wrap: anywhere; }
.qz-right { border-color: var(--accent); box-shadow: inset 0.25rem 0 var(--accent); background: var(--panel); }
.qz-wrong { border-color: var(--look); box-shadow: inset 0.25rem 0 var(--look); background: var(--panel); }
.qz-right strong { color: var(--accent); }
.qz-wrong strong { color: var(--look); }
.qz-right strong::before { content: "✓ " / ""; }
.qz-wrong strong::before { content: "✗ " / ""; }
.qz-score { gap: 0.4rem 0.75rem; margin: 1.4rem 0 0.4rem; }

.qz-marks { display: inline-flex; gap: 0.2rem; }
.qz-marks i { width: 0.8rem; height: 0.8rem; border: 1px solid var(--soft); border-radius: 0.15rem; }
.qz-marks .qz-first { border-color: var(--accent); background: var(--accent); }
.qz-marks .qz-later { border-color: var(--accent); background: linear-gradient(to top right, var(--accent) 50%, transparent 50%); }

/* The progress page */
.qz .qz-summary { margin-bottom: 0.75rem; font-weight: 600; }
.qz table { width: 100%; max-width: 40rem; border-collapse: collapse; }
.qz :is(th, td) { padding: 0.4rem 0.6rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
.qz thead th { color: var(--soft); font-size: 0.875rem; }
.qz tfoot :is(th, td) { border-bottom: 0; font-weight: 600; }
.qz-counted { display: flex; flex-wrap: wrap; align-items: center; gap: 0.1rem 0.75rem; }
.qz-counted > :first-child { min-width: 3.4em; }
@container (max-width: 30rem) { .qz-counted .qz-marks { flex-basis: 100%; } }
.qz .qz-key { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin-top: 0.5rem; }
.qz-key > span { display: inline-flex; align-items: center; gap: 0.4rem; }

@media print {
  .lc.qz.qz { color-scheme: light; }
  .qz :is(button, .qz-soft) { display: none; }
  .qz code { background: none; }
  .qz fieldset { break-inside: avoid; }
}
`;function c(o,e={},...t){let r=document.createElement(o);for(let[a,n]of Object.entries(e))typeof n=="function"?r.addEventListener(a,n):n===!0?r.setAttribute(a,""):n!==!1&&n!=null&&r.setAttribute(a,String(n));return r.append(...t),r}function q(o,e){o.textContent!==e&&(o.textContent=e)}function M(){let o=c("p",{class:"lc-unseen","aria-live":"polite"}),e,t=0;function r(a){clearTimeout(e);let n=Math.max(100,t+1500-Date.now());e=setTimeout(()=>{t=Date.now(),q(o,typeof a=="string"?a:a())},n)}return{element:o,speak:r,stop:()=>clearTimeout(e)}}var v="lenet-course.quiz.",E=class{constructor(){this.kept=!0,this.visit=new Map}read(e,t){let r=_(this.#e(e));return t.map(({key:a,right:n})=>{let s=r?.[a];return Array.isArray(s)?[...new Set(s)].filter(l=>n.some((f,i)=>i===l)):[]})}#e(e){if(this.kept)try{return localStorage.getItem(v+e)}catch{this.kept=!1}return this.visit.get(e)??null}write(e,t,r){let a=t.flatMap(({key:s},l)=>r[l].length?[[s,r[l]]]:[]),n=JSON.stringify(Object.fromEntries(a));this.visit.set(e,n);try{localStorage.setItem(v+e,n),this.kept=!0}catch{this.kept=!1}}forget(e){e?this.visit.delete(e):this.visit.clear();try{for(let t of Object.keys(localStorage))(e?t===v+e:t.startsWith(v))&&localStorage.removeItem(t)}catch{this.kept=!1}}watch(e){let t=({key:a})=>{(a===null||a.startsWith(v))&&e()},r=({persisted:a})=>{a&&e()};return addEventListener("storage",t),addEventListener("pageshow",r),()=>{removeEventListener("storage",t),removeEventListener("pageshow",r)}}};function _(o){try{return JSON.parse(o??"null")}catch{return null}}function O({right:o},e){let t=e.findIndex(r=>o[r]);return t===0?"first":t>0?"later":"open"}function C(o){let e=o.filter(r=>r==="first").length,t=o.filter(r=>r==="later").length;return{right:e+t,first:e,of:o.length}}function j(){let o=c("span",{class:"qz-marks","aria-hidden":"true"});function e(t){o.replaceChildren(...t.map(r=>c("i",{class:`qz-${r}`})))}return{element:o,update:e}}var H="Your answers are kept in this browser, and sent nowhere.",K="This browser does not keep your answers: they are gone when you leave the page. They are sent nowhere.",W={ArrowDown:1,ArrowRight:1,ArrowUp:-1,ArrowLeft:-1},I={render({model:o,el:e}){let{chapter:t}=o.get("values");if(!/^\d\d$/.test(t))throw new Error(`The chapter is ${t}, expected two digits.`);let{element:r,stop:a}=R(t,J(o.get("figure")));return e.append(c("style",{},S+L),r),a}};function J(o){let e=document.createElement("template");e.innerHTML=o;let t=[...e.content.querySelectorAll(".quiz > li")].map(r=>{let a=[...r.querySelectorAll("details")];return{key:r.getAttribute("data-question")??"",right:a.map(n=>n.hasAttribute("data-right")),asks:$(r,"p"),options:a.map(n=>({says:$(n,"summary"),because:$(n,"p")}))}});if(!t.length||t.some(({key:r,right:a})=>!r||!a.includes(!0)))throw new Error("The page has no questions with a right answer each.");return t}var $=(o,e)=>[...o.querySelector(e)?.childNodes??[]];function R(o,e){let t=new E,r=M(),a=`qz${Math.random().toString(36).slice(2)}`,n=t.read(o,e),s=n.map(h),l=e.map((d,p)=>Y(d,p,`${a}-${p}`,w=>k(p,w))),f=j(),i=c("span",{}),m=c("button",{type:"button",click:N},"Take the quiz again"),u=c("span",{}),g=c("section",{class:"lc qz","aria-label":"Quiz"},c("p",{class:"qz-soft"},"Choose an answer, and read why it is right or wrong. With the keyboard, arrow keys move and Space chooses."),...l.map(d=>d.element),c("div",{class:"lc-row qz-score"},f.element,i,m),c("p",{class:"qz-soft"},u,...B()),r.element),b=t.watch(()=>{n=t.read(o,e),s=n.map(h),z()});function h(d,p){return d.find(w=>e[p].right[w])??d.at(-1)??-1}function k(d,p){let w=t.kept;n[d].includes(p)||(n[d].push(p),t.write(o,e,n)),s[d]=p,z();let T=w&&!t.kept?` ${K}`:"";r.speak(`${l[d].why(p)} ${i.textContent}${T}`)}function N(){t.forget(o),n=e.map(()=>[]),s=e.map(()=>-1),z(),l[0].focus(),r.speak("All questions of this quiz are open again.")}function z(){l.forEach((y,x)=>y.update(n[x],s[x]));let d=e.map((y,x)=>O(y,n[x])),{right:p,first:w,of:T}=C(d);f.update(d),q(i,`${p} of ${T} answered right, ${w} at the first try.`),q(u,t.kept?H:K),m.hidden=!n.some(y=>y.length)}return z(),{element:g,stop(){b(),r.stop()}}}function Y({asks:o,options:e,right:t},r,a,n){let s=e.map(({says:i,because:m},u)=>{let g=c("input",{type:"radio",name:a,change:()=>n(u)}),b=c("p",{class:"qz-why",id:`${a}-${u}`},...m),h=c("div",{class:"qz-option"},c("label",{},g,c("span",{},...i)),b);return{radio:g,why:b,element:h}}),l=s.map(i=>i.radio);function f(i){if(i.altKey||i.ctrlKey||i.metaKey)return;let m=l.indexOf(i.target);m<0||(i.key in W?(i.preventDefault(),l[(m+W[i.key]+l.length)%l.length].focus()):i.key==="Enter"&&l[m].click())}return{element:c("fieldset",{keydown:f},c("legend",{},c("span",{class:"qz-number"},`${r+1}. `),...o),...s.map(i=>i.element)),focus:()=>l[0].focus(),why:i=>s[i].why.textContent,update(i,m){s.forEach(({radio:u,why:g,element:b},h)=>{let k=i.includes(h);u.checked=h===m,g.hidden=!k,k?u.setAttribute("aria-describedby",g.id):u.removeAttribute("aria-describedby"),b.classList.toggle("qz-right",k&&t[h]),b.classList.toggle("qz-wrong",k&&!t[h])})}}}function B(){let o=document.documentElement.dataset.content_root;return o===void 0?[]:[" ",c("a",{href:`${o}appendix/progress.html`},"Your progress in all chapters")]}var de=A(I);export{de as default};
