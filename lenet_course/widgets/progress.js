function A(o){return{async render({model:e,el:r,load:t=D(e)}){let n=document.createElement("div");n.innerHTML=e.get("figure");let a=document.createElement("div");a.style.visibility="hidden",a.addEventListener("focusin",({target:s})=>{s.setAttribute("data-lm-suppress-shortcuts","")}),r.replaceChildren(n,a);try{let s=await o.render({model:e,el:a,load:t});return a.style.visibility="",n.remove(),s}catch(s){a.remove(),K(r,s)}}}}function D(o){return e=>new Promise((r,t)=>{let n=setTimeout(()=>t(new Error(`The file ${e} did not come: is the notebook's kernel running?`)),2e4),a=(s,c)=>{if(s.file!==e)return;clearTimeout(n),o.off("msg:custom",a);let[{buffer:d,byteOffset:m,byteLength:b}]=c;r(d.slice(m,m+b))};o.on("msg:custom",a),o.send({file:e})})}function K(o,e){let r=e instanceof Error?e.message:String(e),t=document.createElement("p");t.className="component-message",t.setAttribute("role","status"),t.textContent=`This part of the page can do more, but it did not start. ${r}`,o.append(t)}var S=`/* What all components share. Colors are those of the book (assets/course.css) and of its figures. */
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
`;function i(o,e={},...r){let t=document.createElement(o);for(let[n,a]of Object.entries(e))typeof a=="function"?t.addEventListener(n,a):a===!0?t.setAttribute(n,""):a!==!1&&a!=null&&t.setAttribute(n,String(a));return t.append(...r),t}function h(o,e){o.textContent!==e&&(o.textContent=e)}function $(){let o=i("p",{class:"lc-unseen","aria-live":"polite"}),e,r=0;function t(n){clearTimeout(e);let a=Math.max(100,r+1500-Date.now());e=setTimeout(()=>{r=Date.now(),h(o,typeof n=="string"?n:n())},a)}return{element:o,speak:t,stop:()=>clearTimeout(e)}}var f="lenet-course.quiz.",g=class{constructor(){this.kept=!0,this.visit=new Map}read(e,r){let t=J(this.#e(e));return r.map(({key:n,right:a})=>{let s=t?.[n];return Array.isArray(s)?[...new Set(s)].filter(c=>a.some((d,m)=>m===c)):[]})}#e(e){if(this.kept)try{return localStorage.getItem(f+e)}catch{this.kept=!1}return this.visit.get(e)??null}write(e,r,t){let n=r.flatMap(({key:s},c)=>t[c].length?[[s,t[c]]]:[]),a=JSON.stringify(Object.fromEntries(n));this.visit.set(e,a);try{localStorage.setItem(f+e,a),this.kept=!0}catch{this.kept=!1}}forget(e){e?this.visit.delete(e):this.visit.clear();try{for(let r of Object.keys(localStorage))(e?r===f+e:r.startsWith(f))&&localStorage.removeItem(r)}catch{this.kept=!1}}watch(e){let r=({key:n})=>{(n===null||n.startsWith(f))&&e()},t=({persisted:n})=>{n&&e()};return addEventListener("storage",r),addEventListener("pageshow",t),()=>{removeEventListener("storage",r),removeEventListener("pageshow",t)}}};function J(o){try{return JSON.parse(o??"null")}catch{return null}}function j({right:o},e){let r=e.findIndex(t=>o[t]);return r===0?"first":r>0?"later":"open"}function y(o){let e=o.filter(t=>t==="first").length,r=o.filter(t=>t==="later").length;return{right:e+r,first:e,of:o.length}}function z(){let o=i("span",{class:"qz-marks","aria-hidden":"true"});function e(r){o.replaceChildren(...r.map(t=>i("i",{class:`qz-${t}`})))}return{element:o,update:e}}var U={first:"right at the first try",later:"right later",open:"open"},O={render({model:o,el:e}){let r=B(o.get("figure"),o.get("values")),{element:t,stop:n}=R(r);return e.append(i("style",{},S+L),t),n}};function B(o,e){let r=document.createElement("template");return r.innerHTML=o,Object.entries(e).map(([t,n])=>{let a=r.content.querySelector(`a[href*="${t}"]`);if(!a)throw new Error(`The page has no link to ${t}.`);return{number:t.slice(0,2),title:a.textContent??t,href:`${a.getAttribute("href")}#quiz`,questions:n.map(([s,c])=>({key:s,right:[...c].map(d=>d==="1")}))}})}function R(o){let e=new g,r=$(),t=i("p",{class:"qz-summary",tabindex:"-1"}),n=o.map(({title:l,href:p})=>M(i("a",{href:p},l))),a=M("All chapters",!1),s=i("button",{type:"button",click:C},"Forget all answers"),c=i("button",{type:"button",click:()=>w(!1)},"Keep them"),d=i("div",{class:"lc-row",role:"group","aria-label":"Forget all answers?",hidden:!0,keydown:l=>{l.key==="Escape"&&w(!1)}},i("span",{},"Forget the answers to all quizzes? They cannot be brought back."),c,i("button",{type:"button",click:()=>w(!0)},"Forget them")),m=i("section",{class:"lc qz","aria-label":"Progress"},t,i("table",{},i("caption",{class:"lc-unseen"},"Answers by chapter"),i("thead",{},i("tr",{},...["Chapter","Answered right","At the first try"].map(l=>i("th",{scope:"col"},l)))),i("tbody",{},...n.map(l=>l.element)),i("tfoot",{},a.element)),i("p",{class:"qz-soft qz-key"},...Object.entries(U).map(([l,p])=>{let u=z();return u.update([l]),i("span",{},u.element,p)})),i("div",{class:"qz-score"},s,d),r.element),b=e.watch(v);function C(){s.hidden=!0,d.hidden=!1,c.focus()}function w(l){d.hidden=!0,l&&e.forget(),v(),s.hidden?t.focus():s.focus(),r.speak(l?"All answers are forgotten.":"All answers are kept.")}function v(){let l=!1,p=o.map(({number:I,questions:x},N)=>{let E=e.read(I,x);l||=E.some(k=>k.length);let T=x.map((k,W)=>j(k,E[W]));return n[N].update(T),T}),{right:u,first:F,of:q}=y(p.flat());a.update(p.flat()),h(t,e.kept?u?`You have answered ${u} of ${q} questions right, ${F} at the first try.`:`None of the ${q} questions is answered right yet. A chapter's name leads to its quiz.`:"This browser does not keep answers, so there is nothing to count."),s.hidden=!l||!d.hidden}return v(),{element:m,stop(){b(),r.stop()}}}function M(o,e=!0){let r=z(),t=i("span",{}),n=i("td",{});return{element:i("tr",{},i("th",{scope:"row"},o),i("td",{},i("span",{class:"qz-counted"},t,e?r.element:"")),n),update(s){let{right:c,first:d,of:m}=y(s);r.update(s),h(t,`${c} of ${m}`),h(n,String(d))}}}var le=A(O);export{le as default};
